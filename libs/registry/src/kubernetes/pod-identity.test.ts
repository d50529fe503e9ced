import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPodIdentity } from './pod-identity.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pod-identity-'));
});
afterEach(() => rm(directory, { recursive: true }));

const all = {
  POD_NAME: 'greeter-1',
  POD_NAMESPACE: 'shop',
  POD_IP: '10.244.0.7',
  HOSTNAME: 'node-1',
};

test('is what the downward API says, whatever the host is called', async () => {
  await writeFile(join(directory, 'namespace'), 'other');
  const identity = { name: 'greeter-1', namespace: 'shop', ip: '10.244.0.7' };
  expect(readPodIdentity(all, directory)).toEqual(identity);
  expect(readPodIdentity({ ...all, POD_UID: 'u-1' }, directory)).toEqual({
    ...identity,
    uid: 'u-1',
  });
});

test('falls back to the host name and the namespace of the service account', async () => {
  await writeFile(join(directory, 'namespace'), 'shop\n');
  const env = { POD_IP: 'fd00::7', HOSTNAME: 'greeter-1' };
  expect(readPodIdentity(env, directory)).toEqual({
    name: 'greeter-1',
    namespace: 'shop',
    ip: 'fd00::7',
  });
});

test.each([
  ['POD_IP', { ...all, POD_IP: '' }, 'status.podIP'],
  ['POD_NAME', { ...all, POD_NAME: undefined, HOSTNAME: '' }, 'metadata.name'],
  ['POD_NAMESPACE', { ...all, POD_NAMESPACE: '' }, 'metadata.namespace'],
])('says how to set %s', (variable, env, field) => {
  expect(() => readPodIdentity(env, directory)).toThrow(
    `expected ${variable} to be set to register this pod; add to its container's env: ` +
      `{ name: ${variable}, valueFrom: { fieldRef: { fieldPath: ${field} } } }`,
  );
});

test('says all that is missing at once', () => {
  expect(() => readPodIdentity({}, directory)).toThrow(/POD_IP.*\n.*POD_NAME.*\n.*POD_NAMESPACE/);
});

test('refuses an IP that is none', () => {
  expect(() => readPodIdentity({ ...all, POD_IP: 'greeter' }, directory)).toThrow(
    'expected POD_IP to be an IP address, got "greeter"',
  );
});
