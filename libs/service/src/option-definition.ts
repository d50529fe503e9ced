import type { ZodType } from 'zod';

/** One option: `--name` on the command line, `MICRO_NAME` in the environment. */
export interface OptionDefinition<T> {
  /** Reads the text; its error message says what is expected: "one of mdns, memory". */
  readonly schema: ZodType<T, string>;
  /** What holds when nobody says anything, as people would write it. */
  readonly default: string;
  /** One line for `--help`. */
  readonly help: string;
  /** The environment variable, where it is not `MICRO_` and the name. */
  readonly env?: string;
}

export type OptionDefinitions = Readonly<Record<string, OptionDefinition<unknown>>>;

/** The environment variable of an option. */
export function variableOf(name: string, { env }: OptionDefinition<unknown>): string {
  return env ?? `MICRO_${name.toUpperCase()}`;
}
