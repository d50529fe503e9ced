import { once } from 'node:events';
import type { Figures } from './suite.ts';

/**
 * Says that the subject is ready for what it shall measure; resolves with what the bench answers
 * when it has been done.
 */
export type Ready = () => Promise<unknown>;

/** The process of one subject: runs it once with the arguments it was started with, and ends. */
export function runSubject(run: (args: readonly string[], ready: Ready) => Promise<Figures>): void {
  const ready: Ready = async () => {
    const answer = once(process, 'message');
    process.send?.('ready');
    const [message] = await answer;
    return message;
  };
  run(process.argv.slice(2), ready).then(
    (figures) => process.send?.(figures, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    },
  );
}
