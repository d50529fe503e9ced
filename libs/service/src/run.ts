import type { DescService } from '@micro/rpc';
import { describeOptions, type OptionDefinitions, OptionsError } from './options.ts';
import type { ServiceSpec } from './service.ts';
import { definitionsOf, start } from './start.ts';

/** Exit code for a wrong configuration: EX_CONFIG of sysexits(3). */
const badConfiguration = 78;
/** Signals so soon after the first are the same one: Ctrl-C reaches a whole process group, and its parent passes it on. */
const sameSignalMs = 500;

/**
 * Runs a service for the life of this process: options from flags and environment, then service,
 * until SIGTERM or SIGINT; then it leaves in order and exits with 0. A second signal ends it at once.
 *
 * @example
 * run({ name: 'go.micro.srv.greeter', handlers: [[Say, say]] });
 */
export function run<
  const Services extends readonly DescService[] = [],
  const Options extends OptionDefinitions = Record<never, never>,
>(spec: ServiceSpec<Services, Options>): void {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${describeOptions(spec.name, definitionsOf(spec))}\n`);
    return;
  }
  const starting = start(spec, argv, process.env);
  let first: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (first !== undefined && now - first < sameSignalMs) return;
    if (first !== undefined) process.exit(signal === 'SIGINT' ? 130 : 143);
    first = now;
    void starting.then(
      async (running) => {
        running.log.info({ signal }, 'stopping');
        await running.stop();
        process.exit(0);
      },
      () => {},
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A parent that starts several (npm start) learns where this one answers.
  void starting.then(
    ({ httpAddress }) => process.send?.({ httpAddress }),
    () => {},
  );
  starting.catch((error: Error) => {
    process.stderr.write(`${spec.name}: ${error.message.replaceAll('\n', `\n${spec.name}: `)}\n`);
    process.exit(error instanceof OptionsError ? badConfiguration : 1);
  });
}
