import type { DescService } from '@micro/rpc';
import { definitionsOf } from './configuration.ts';
import type { OptionDefinitions } from './option-definition.ts';
import { describeOptions, OptionsError } from './options.ts';
import type { ServiceSpec } from './service.ts';
import { type Running, start } from './start.ts';

/** Exit code for a wrong configuration: EX_CONFIG of sysexits(3). */
const badConfiguration = 78;
/** Signals so soon after the first are the same one: Ctrl-C reaches a whole process group, and its parent passes it on. */
const sameSignalMs = 500;

/**
 * Runs a service for the life of this process: options from flags and environment, then service,
 * until SIGTERM or SIGINT; then it leaves in order and exits with 0. A second signal ends it at once.
 * After an error that nobody caught it leaves the registry and exits with 1.
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
  stopOnSignals(starting);
  endOnUncaught(spec.name, starting);
  starting.then(
    // A parent that starts several (npm start) learns where this one answers.
    ({ httpAddress }) => process.send?.({ httpAddress }),
    (error: Error) => {
      say(spec.name, error.message);
      process.exit(error instanceof OptionsError ? badConfiguration : 1);
    },
  );
}

function stopOnSignals(starting: Promise<Running>): void {
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
}

/**
 * Nobody knows what state such an error leaves behind, so calls are not waited for; callers are sent
 * elsewhere first. Node brings rejections that nobody handles here too.
 */
function endOnUncaught(name: string, starting: Promise<Running>): void {
  let running: Running | undefined;
  starting.then(
    (started) => {
      running = started;
    },
    () => {},
  );
  let ending = false;
  process.on('uncaughtException', (error: Error) => {
    if (running) running.log.error({ err: error }, 'uncaught error');
    else say(name, String(error?.stack ?? error));
    if (!running || ending) process.exit(1);
    ending = true;
    void running.abandon().finally(() => process.exit(1));
  });
}

function say(name: string, text: string): void {
  process.stderr.write(`${name}: ${text.replaceAll('\n', `\n${name}: `)}\n`);
}
