import { exec } from 'node:child_process';
import { promisify } from 'node:util';

/** Sends a signal to `pod/<namespace>/<pod>` or to a part of the cluster, such as `apiserver`. */
export async function send(target: string, signal: 'STOP' | 'CONT' | 'KILL'): Promise<void> {
  await promisify(exec)(`${process.env['E2E_SIGNAL']} ${target} ${signal}`, { timeout: 20_000 });
}

/** Says why no signal can be sent to this cluster; undefined if one can. */
export async function whyNoSignals(): Promise<string | undefined> {
  if (!process.env['E2E_SIGNAL']) return 'E2E_SIGNAL names no command that sends signals';
  try {
    await send('apiserver', 'CONT'); // Does nothing to what runs.
    return undefined;
  } catch (error) {
    return `E2E_SIGNAL does not reach this cluster: ${error instanceof Error ? error.message : error}`;
  }
}
