import { styleText } from 'node:util';
import { pino } from 'pino';
import { openStandardOutput } from './standard-output.ts';

/** Where a service says what happens to it: a constant message, facts in fields. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LogOptions {
  readonly level: string;
  /** `auto` is text on a terminal and JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'text';
  /** The service, on every line. */
  readonly service: string;
}

/** Logs to standard output: one JSON object a line, or one readable line for people. */
export function createLog({ level, format, service }: LogOptions): Log {
  const people = format === 'text' || (format === 'auto' && process.stdout.isTTY);
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const output = openStandardOutput((lines) =>
    log.warn({ lines }, 'lines are missing here, for nobody read them'),
  );
  const log: Log = pino(options, {
    write: (line) => output.write(people ? readable(line) : line),
  });
  return log;
}

const colours = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const;

/** `12:00:01 info  greeter registered  registry=mdns` */
function readable(line: string): string {
  const { level, time, msg, service, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const facts = Object.entries(fields).map(([key, value]) => {
    const words = typeof value === 'string' ? value : JSON.stringify(value);
    return words.includes('\n') ? `\n${words.replace(/^/gm, '    ')}` : `  ${key}=${words}`;
  });
  const colour = colours[level as keyof typeof colours];
  const tag = String(level).padEnd(5);
  // styleText leaves out colours where the stream is no terminal or NO_COLOR is set.
  const shown = styleText(colour, tag, { stream: process.stdout });
  return `${String(time).slice(11, 19)} ${shown} ${String(service).split('.').at(-1)} ${msg}${facts.join('')}\n`;
}
