import {
  createMemoryRegistry,
  type RegistrarState,
  RegistryError,
  type Status,
} from '@micro/registry';
import { expect, test } from 'vitest';
import { lameDuckMs, whyNotRegistered } from './registration.ts';
import { start } from './start.ts';

const failing = (code: RegistryError['code']): RegistrarState => ({
  state: 'registering',
  error: new RegistryError(code, 'no answer'),
});
const asked: RegistrarState = { state: 'registering' };

test.each<[RegistrarState, Status['state'], string | undefined]>([
  [{ state: 'registered' }, 'synced', undefined],
  [asked, 'idle', 'not registered yet'],
  [asked, 'synced', 'not registered yet'],
  [failing('unavailable'), 'starting', 'not registered: no answer'],
  [failing('forbidden'), 'synced', 'not registered: no answer'],
  // Who knows the others from a life before is ready while the source is away, be it that it
  // refuses or that it does not answer.
  [failing('unavailable'), 'stale', undefined],
  [asked, 'stale', undefined],
  [failing('forbidden'), 'stale', 'not registered: no answer'],
  [{ state: 'failed', error: new TypeError('no name') }, 'stale', 'not registered: no name'],
])('with %j and what is known %s it says %j', (registrar, state, why) => {
  expect(whyNotRegistered(registrar, { state })).toBe(why);
});

test('a zone that is given stands in the registration', async () => {
  const registry = createMemoryRegistry();
  const flags = ['--registry=own', '--log_level=error', '--server_zone=eu-1'];
  const running = await start({ name: 'a', registries: { own: () => registry } }, flags, {});
  const view = registry.watch('a');
  await view.synced;
  while (view.nodes.length === 0) await new Promise(setImmediate);
  expect(view.nodes[0]!.metadata['zone']).toBe('eu-1');
  view.close();
  await running.stop();
});

test.each([
  [undefined, 'kubernetes', 3_000],
  [undefined, 'mdns', 0],
  [500, 'kubernetes', 500],
  [500, 'mdns', 500],
])('with --shutdown_delay %s in %s it still answers for %d ms', (shutdown_delay, kind, ms) => {
  expect(lameDuckMs({ shutdown_delay }, { kind })).toBe(ms);
});
