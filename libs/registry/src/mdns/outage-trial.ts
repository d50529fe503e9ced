import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { createMemoryRegistry } from '../memory.ts';
import { createRegistrar } from '../registrar.ts';
import type { Registry } from '../registry.ts';
import { createMdnsRegistry } from './mdns.ts';
import { node, record, until } from './trial.ts';

/**
 * A program that takes the loopback interface away from itself, one way after the other, and prints
 * what it saw of each. To be run in a network namespace of its own.
 */
const outages = {
  // As a new network namespace begins: there is nothing to begin with.
  'the interface is down from the start': [[], ['link', 'set', 'lo', 'up']],
  'the interface goes down and up': [
    ['link', 'set', 'lo', 'down'],
    ['link', 'set', 'lo', 'up'],
  ],
  'the interface loses its address': [
    ['addr', 'del', '127.0.0.1/8', 'dev', 'lo'],
    ['addr', 'add', '127.0.0.1/8', 'dev', 'lo'],
  ],
  'multicast has a route to nowhere': [
    ['route', 'add', 'unreachable', '224.0.0.0/4'],
    ['route', 'del', 'unreachable', '224.0.0.0/4'],
  ],
} as const;
/** Longer than anybody is kept who says nothing. */
const outageMs = 11_000;

const problems: string[] = [];
const open = (): Registry =>
  createMdnsRegistry({ onProblem: ({ message }) => problems.push(message) });
const register = (registry: Registry, id: string) =>
  createRegistrar({
    registry,
    node: { ...node, id },
    ttlMs: 5_000,
    intervalMs: 1_000,
    random: () => 0,
  });

const [reader, writer, memory] = [open(), open(), createMemoryRegistry()];
const view = reader.watch('a');
const changes = record(view);
const memoryChanges = record(memory.watch('a'));
register(memory, 'in-memory');
register(writer, 'before');

/** Repeated by nobody but once in each outage. */
const steady = { ...node, id: 'steady' };
let count = 0;
for (const [outage, [begin, end]] of Object.entries(outages)) {
  if (begin.length > 0) execFileSync('ip', begin);
  const late = register(writer, `late-${++count}`);
  await delay(outageMs);
  const repeat = writer.register(steady, { ttlMs: 60_000 });
  const repeated = await repeat.then(
    () => 'registered',
    () => 'refused',
  );
  const during = { status: reader.status.state, registrar: late.state.state, repeated };
  execFileSync('ip', end);
  if (count === 1) {
    while (late.state.state !== 'registered') await delay(100);
    await writer.register(steady, { ttlMs: 60_000 });
  }
  await until(view, (nodes) => nodes.length === count + 2);
  const newcomer = open();
  const newView = newcomer.watch('a');
  await until(newView, (nodes) => nodes.length === count + 2);
  while (reader.status.state !== 'synced') await delay(100);
  process.stdout.write(`${JSON.stringify({ outage, during, problems, changes })}\n`);
  await newcomer.close();
  problems.length = 0;
  changes.length = 0;
}
await delay(outageMs);
process.stdout.write(`${JSON.stringify({ outage: 'none', problems, changes, memoryChanges })}\n`);
await Promise.all([reader.close(), writer.close(), memory.close()]);
