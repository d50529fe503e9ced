import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setInterval as every } from 'node:timers/promises';
import { createFakeApiServer, type FakeApiServer } from '@micro/testing';
import { expect, test } from 'vitest';
import type { Cost } from './load-subject.ts';

const pods = 5_000;
const changesASecond = 200;
const seconds = 60;
/** A tenth of it is usual. */
const maxDelayMs = 50;

test(`R24: follows ${pods} pods through ${changesASecond} changes a second for ${seconds} s`, async () => {
  await using server = await createFakeApiServer();
  for (let n = 0; n < pods; n++) create(server, n);
  const subject = spawn(
    process.execPath,
    ['--expose-gc', join(import.meta.dirname, 'load-subject.ts')],
    {
      env: { ...process.env, LOAD_URL: server.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const costs: Cost[] = [];
    createInterface(subject.stdout).on('line', (line) => costs.push(JSON.parse(line)));
    await once(subject.stdout, 'data');
    let made = 0;
    for await (const _ of every(10)) {
      const due = Math.min(costs.length * changesASecond + 1, made + 10);
      while (made < due) change(server, made++);
      if (costs.length >= seconds) break;
    }
    while (costs.at(-1)?.changes !== made) await once(subject.stdout, 'data');
    expect(costs.every(({ nodes }) => nodes === pods)).toBe(true);
    expect(made).toBeGreaterThan(changesASecond * seconds * 0.9);
    expect(Math.max(...costs.slice(5).map(({ delayP99Ms }) => delayP99Ms))).toBeLessThan(
      maxDelayMs,
    );
    const [early, late] = [costs[10]!, costs.at(-1)!];
    expect(late.heapBytes / early.heapBytes).toBeLessThan(1.1);
  } finally {
    subject.kill('SIGKILL');
  }
});

function create(server: FakeApiServer, n: number): void {
  const name = `p-${n}`;
  const metadata = {
    name,
    labels: { 'micro.mu/type': 'service', 'micro.mu/selector-a': 'service' },
    annotations: { 'micro.mu/service-a': record(n, 0) },
  };
  server.pods.create('micro', { metadata });
  const conditions = [{ type: 'Ready', status: 'True' }];
  const podIP = `10.0.${n >> 8}.${n & 255}`;
  server.pods.patch('micro', name, { status: { phase: 'Running', podIP, conditions } }, true);
}

function change(server: FakeApiServer, count: number): void {
  const n = (count * 7) % pods;
  const annotations = { 'micro.mu/service-a': record(n, count + 1) };
  server.pods.patch('micro', `p-${n}`, { metadata: { annotations } }, false);
}

function record(n: number, version: number): string {
  const nodes = [{ id: `a-${n}`, address: '10.0.0.1:9090', metadata: { protocol: 'grpc' } }];
  return JSON.stringify({
    name: 'a',
    version: String(version),
    metadata: null,
    endpoints: null,
    nodes,
  });
}
