import { parseArgs } from 'node:util';
import { nearest } from '@micro/rpc/nearest';
import { unknownVariables } from './environment.ts';
import { type OptionDefinition, type OptionDefinitions, variableOf } from './option-definition.ts';

/** The values of options, typed by their schemas. */
export type OptionValues<Definitions extends OptionDefinitions> = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends OptionDefinition<infer T>
    ? T
    : never;
};

/** Everything that is wrong with the options, at once. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
  }
}

/** What could be read of options, and everything that is wrong with them. */
export interface ParsedOptions<Definitions extends OptionDefinitions> {
  /** All of them where there are no problems; else without those that can't be read. */
  readonly values: Partial<OptionValues<Definitions>>;
  /** A sentence each: which option, what was expected, what came. */
  readonly problems: readonly string[];
}

/**
 * Reads options: a flag wins over the environment, the environment over the default. Flags are
 * written `--name=value`, `--name value` or, for switches, `--name`; `-` and `_` are the same.
 */
export function parseOptions<Definitions extends OptionDefinitions>(
  definitions: Definitions,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): ParsedOptions<Definitions> {
  const problems: string[] = [];
  const flags = readFlags(definitions, argv, problems);
  const values = Object.entries(definitions).map(([name, definition]) => {
    const variable = variableOf(name, definition);
    const [source, text] = flags.has(name)
      ? [`--${name}`, flags.get(name) as string]
      : env[variable] !== undefined
        ? [variable, env[variable]]
        : ['default', definition.default];
    const result = definition.schema.safeParse(text);
    if (result.success) return [name, result.data];
    const expected = result.error.issues[0]?.message;
    problems.push(`${source}: expected ${expected}, got ${JSON.stringify(text)}`);
    return [name, undefined];
  });
  problems.push(...unknownVariables(definitions, env));
  return { values: Object.fromEntries(values) as Partial<OptionValues<Definitions>>, problems };
}

/** The table `--help` prints. */
export function describeOptions(name: string, definitions: OptionDefinitions): string {
  const rows = Object.entries(definitions).map(
    ([option, definition]) =>
      [
        `--${option}`,
        variableOf(option, definition),
        `${definition.help} (${definition.default || 'none'})`,
      ] as const,
  );
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  const lines = rows.map(
    ([flag, variable, help]) => `  ${flag.padEnd(width(0))}  ${variable.padEnd(width(1))}  ${help}`,
  );
  return [`${name}: options, their environment variables and defaults`, ...lines].join('\n');
}

function readFlags(
  definitions: OptionDefinitions,
  argv: readonly string[],
  problems: string[],
): Map<string, string> {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const flags = new Map<string, string>();
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === 'positional')
      problems.push(`expected flags only, got ${JSON.stringify(token.value)}`);
    if (token?.kind !== 'option') continue;
    const name = token.name.replaceAll('-', '_');
    if (!Object.hasOwn(definitions, name)) {
      problems.push(
        `${token.rawName}: no such option${nearest(name, Object.keys(definitions), (close) => `; did you mean --${close}?`)}`,
      );
      continue;
    }
    // parseArgs does not know which flags take a value: the next word is one unless it is a switch.
    const next = tokens[at + 1];
    const isSwitch = ['true', 'false'].includes(definitions[name]?.default ?? '');
    if (token.value === undefined && !isSwitch && next?.kind === 'positional') {
      flags.set(name, next.value);
      at++;
    } else flags.set(name, token.value ?? (isSwitch ? 'true' : ''));
  }
  return flags;
}
