import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import dns from 'dns-packet';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import type { Node } from '../registry.ts';
import { encodeAnnouncement, encodeListAnswer, encodeNodeAnswer, encodeQuery } from './encode.ts';
import type { Flood } from './flood-trial.ts';
import { createMdnsTrial, node, ownPort, record, shows } from './trial.ts';

const trial = createMdnsTrial();
afterEach(trial.close);

const floodMs = 6_000;
const made = (i: number, changes: Partial<Node> = {}): Node => ({
  ...node,
  id: `made-up-${i}`,
  ...changes,
});
const packets = (count: number, packet: (i: number) => Buffer): Buffer[] =>
  Array.from({ length: count }, (_, i) => packet(i));
const value = { name: 'Request', type: 'Request', values: [] };
/** As many as a record may have, within the size that it may have. */
const endpoints = Array.from({ length: 1_000 }, (_, i) => ({
  name: `Say.Hello${i}`,
  request: value,
  response: value,
  metadata: { stream: 'false' },
}));

const crowded = /expected at most 1000 nodes|more came than could be read in time/;

const floods: [what: string, perSecond: number, packets: Buffer[], problem?: RegExp][] = [
  [
    'R36: 1 000 answers a second',
    1_000,
    packets(10_000, (i) => encodeNodeAnswer('micro', made(i, { service: `made-${i % 10}` }), 10)),
    crowded,
  ],
  [
    'R36: 10 000 answers a second',
    10_000,
    packets(10_000, (i) => encodeNodeAnswer('micro', made(i), 10)),
    crowded,
  ],
  [
    'R36: 1 000 answers a second of 1 000 endpoints',
    1_000,
    packets(1_000, (i) => encodeNodeAnswer('micro', made(i, { endpoints }), 10)),
    /more came than could be read in time/,
  ],
  [
    'B63: 1 000 PTR answers a second with nothing to point to',
    1_000,
    packets(1_000, (i) =>
      dns.encode({
        type: 'response',
        answers: [{ type: 'PTR', name: 'a.micro', ttl: 10, data: `made-up-${i}.a.micro` }],
      }),
    ),
  ],
  [
    'R36: 1 000 services a second',
    1_000,
    packets(10_000, (i) => encodeListAnswer('micro', `made-up-${i}`, 10)),
    /expected at most 1000 new services a round/,
  ],
  [
    'R36: 1 000 goodbyes a second',
    1_000,
    packets(10_000, (i) => encodeAnnouncement('micro', made(i), 0)),
    crowded,
  ],
  [
    'R36: 1 000 questions a second',
    1_000,
    packets(1, () => encodeQuery(['_services.micro', 'a.micro'])),
  ],
  [
    'R36: 500 packets of 64 KB a second',
    500,
    packets(10, (i) => Buffer.alloc(65_000, i)),
    /expected at most 200 records in a packet/,
  ],
];

test.each(floods)(
  '%s take neither the loop nor a core, and drive out nobody',
  async (...[, perSecond, packets, problem]) => {
    const port = ownPort();
    const problems: string[] = [];
    const watching = trial.registry({
      port,
      onProblem: ({ message }) => problems.push(message),
    });
    const view = watching.watch();
    const changes = record(view);
    await trial.registry({ port }).register({ ...node, id: 'alive' });
    await shows(view, 1);
    const usual = await load(() => delay(2_000));

    await begin({ port, perSecond, packets });
    const flooded = await load(async () => {
      await delay(floodMs / 3);
      await trial.registry({ port }).register({ ...node, id: 'late', service: 'b' });
      await delay((floodMs / 3) * 2);
    });

    expect(flooded.longestBlockMs).toBeLessThan(10 * Math.max(usual.longestBlockMs, 35));
    expect(flooded.cores).toBeLessThan(0.75);
    expect(view.nodes.length).toBeLessThanOrEqual(1_000);
    const seen = (id: string) => changes.filter((change) => change.includes(` ${id} `));
    expect(seen('alive')).toEqual(['added alive 127.0.0.1:1']);
    expect(seen('late').at(-1)).toBe('added late 127.0.0.1:1');
    expect(problems).toEqual(problem ? [expect.stringMatching(problem)] : []);
  },
);

async function begin(flood: Flood): Promise<void> {
  const program = fileURLToPath(import.meta.resolve('./flood-trial.ts'));
  const child = fork(program, { serialization: 'advanced' });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.send(flood);
  await once(child, 'message');
}

/** What this process had to bear for so long. */
async function load(run: () => Promise<unknown>) {
  let longestBlockMs = 0;
  let before = performance.now();
  const beat = setInterval(() => {
    longestBlockMs = Math.max(longestBlockMs, performance.now() - before);
    before = performance.now();
  }, 1);
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  await run();
  clearInterval(beat);
  const { user, system } = process.cpuUsage(cpu);
  return { longestBlockMs, cores: (user + system) / 1_000 / (performance.now() - begun) };
}
