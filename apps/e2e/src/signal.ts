import { exec } from 'node:child_process';
import { promisify } from 'node:util';

/** Sends a signal to `pod/<namespace>/<pod>` or to a part of the cluster, such as `apiserver`. */
export async function send(target: string, signal: 'STOP' | 'CONT' | 'KILL'): Promise<void> {
  const command = process.env['E2E_SIGNAL'];
  if (!command) throw new Error('expected E2E_SIGNAL to be a command that sends signals');
  await promisify(exec)(`${command} ${target} ${signal}`, { timeout: 20_000 });
}

/** Says why no signal can be sent to this cluster; undefined if one can. */
export async function whyNoSignals(): Promise<string | undefined> {
  try {
    await send('apiserver', 'CONT');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
