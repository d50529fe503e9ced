import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A port of a service in the cluster, brought here. */
export interface Forward extends Disposable {
  readonly url: string;
}

/** Forwards a service's port through the API server, the one way that is open from everywhere. */
export async function forward(service: string, port: number): Promise<Forward> {
  const args = ['--namespace', 'micro', 'port-forward', `service/${service}`, `:${port}`];
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(`kubectl ${args.join(' ')} ended: ${complaint}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = /^Forwarding from (127\.0\.0\.1:\d+)/.exec(line);
      if (said?.[1]) resolve(said[1]);
    });
  });
  return { url: `http://${address}`, [Symbol.dispose]: () => void child.kill() };
}
