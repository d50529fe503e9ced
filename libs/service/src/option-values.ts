import { splitAddress } from '@micro/registry';
// Not `{ z }`: that takes zod's every language along, 600 kB of a bundle.
import * as z from 'zod';

/** What options are made of. Each message completes "expected …". */

export function oneOf<const Values extends readonly string[]>(
  values: Values,
): z.ZodType<Values[number], string> {
  return z.string().refine((text) => values.includes(text), `one of ${values.join(', ')}`) as never;
}

export const text: z.ZodType<string, string> = z.string();

export const nonEmpty: z.ZodType<string, string> = z.string().min(1, 'a text that is not empty');

/** A switch. */
export const onOff: z.ZodType<boolean, string> = oneOf(['true', 'false']).transform(
  (word) => word === 'true',
);

/** Node's timers hold no more; what is longer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;
const maxSeconds = Math.floor(maxTimerMs / 1000);

const expectedSeconds = `a number of seconds up to ${maxSeconds}`;
/** Seconds, fractions too; read as milliseconds. */
export const seconds: z.ZodType<number, string> = z
  .string()
  .regex(/^\d{1,7}(\.\d+)?$/, expectedSeconds)
  .transform((word) => Number(word) * 1000)
  .refine((ms) => ms <= maxTimerMs, expectedSeconds);

/** Seconds, or a word for "as the service thinks fit", read as undefined. */
export function secondsOr(word: string): z.ZodType<number | undefined, string> {
  return z.string().transform((written, context) => {
    if (written === word) return undefined;
    const result = seconds.safeParse(written);
    if (result.success) return result.data;
    context.addIssue({ code: 'custom', message: `${expectedSeconds} or ${word}` });
    return z.NEVER;
  });
}

/** go's durations, `5s`, `300ms`, `1m`, or a number of seconds; read as milliseconds. */
export const duration: z.ZodType<number, string> = z
  .string()
  .regex(
    /^\d{1,7}(\.\d+)?(ms|s|m|h)?$/,
    'a duration like 300ms, 5s or 1m; a number alone is seconds',
  )
  .transform((word) => Number.parseFloat(word) * (unitMs[word.replace(/^[\d.]+/, '')] ?? 1000))
  .refine((ms) => ms <= maxTimerMs, `at most ${maxSeconds} seconds`);

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Where to listen: `host:port`, or `:port` for every interface. Port 0 is any free one. */
export const listenAddress: z.ZodType<string, string> = z
  .string()
  .regex(/^(\[[^\]]+\]|[^:[\]]*):\d{1,5}$/, 'an address as host:port')
  .refine((word) => Number(word.slice(word.lastIndexOf(':') + 1)) <= 65_535, 'a port up to 65535')
  .transform((word) => (word.startsWith(':') ? `0.0.0.0${word}` : word));

/** Where others reach it, `host:port`; empty for nobody says. */
export const advertisedAddress: z.ZodType<string, string> = z
  .string()
  .refine(
    (word) => word === '' || splitAddress(word) !== undefined,
    'an address as host:port with a port from 1 to 65535',
  );

/** `a=1,b=2`. */
export const pairs: z.ZodType<Record<string, string>, string> = z
  .string()
  .regex(/^$|^[^=,]+=[^,]*(,[^=,]+=[^,]*)*$/, 'pairs as key=value,key=value')
  .transform((words) =>
    Object.fromEntries(
      words
        .split(',')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  );

/** `a,b`. */
export const names: z.ZodType<readonly string[], string> = nonEmpty.transform((words) =>
  words
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean),
);

/** `a,b`, or nothing. */
export const namesOrNone: z.ZodType<readonly string[], string> = z.union([
  z.literal('').transform(() => []),
  names,
]);

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const expected = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .refine((number) => number >= min && number <= max, expected);
}
