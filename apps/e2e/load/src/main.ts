// Runs in a pod: calls greeter over both paths, whatever becomes of it, and writes ten times a second what did.

import { callApi } from './api-call.ts';
import type { Line, Path } from './call.ts';
import { directCall } from './direct-call.ts';
import { openLoop } from './open-loop.ts';

const everyMs = 100;
// The kubelet breaks a line of more than 16 KiB in two, and with words on a failure a call can take 300.
const maxCalls = 50;

function load(path: Path, call: () => Promise<void>): void {
  const loop = openLoop(call);
  setInterval(() => {
    const { ended } = loop;
    const calls = loop.take();
    do {
      const line: Line = { path, calls: calls.splice(0, maxCalls), ended };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    } while (calls.length > 0);
  }, everyMs);
}

async function main(): Promise<void> {
  load('direct', await directCall());
  load('api', callApi);
}

void main();
