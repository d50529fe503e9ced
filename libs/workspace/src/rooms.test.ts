import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPackages, workspaceRoot } from './packages.ts';

/** Who may know whom. What is not here may know anything, and nothing may know it. */
const mayKnow: Record<string, string[]> = {
  kube: [],
  http: [],
  contracts: [],
  testing: [],
  registry: ['kube'],
  rpc: ['registry'],
  service: ['registry', 'rpc', 'http'],
  greeter: ['service', 'rpc', 'contracts'],
  api: ['service', 'rpc', 'registry', 'http', 'kube'],
  web: ['service', 'rpc', 'registry', 'http', 'kube'],
  cli: ['service', 'rpc', 'registry', 'http', 'kube', 'api', 'web'],
};

/** The rooms that each outside package comes in by. */
const doors: Record<string, string[]> = {
  '@bufbuild/protobuf': ['contracts', 'rpc', 'conformance'],
  '@grpc/grpc-js': ['rpc'],
  '@kubernetes/client-node': ['kube', 'e2e', 'workspace'],
  '@opentelemetry/api': ['service'],
  'dns-packet': ['registry'],
  esbuild: ['workspace'],
  fastify: ['http'],
  pino: ['service'],
  preact: ['web'],
  'prom-client': ['service'],
  ws: ['http'],
  yaml: ['workspace'],
  zod: ['service'],
};

const packages = readPackages();

test.each(packages)('$room knows only the rooms it may know', ({ room, rooms }) => {
  const allowed = mayKnow[room] ?? Object.keys(mayKnow);
  expect(rooms.filter((other) => !allowed.includes(other))).toEqual([]);
});

test.each(packages)('$room tests with no rooms of ours but testing and contracts', (pkg) => {
  const ours = pkg.development.filter((name) => name.startsWith('@micro/'));
  expect(ours.filter((name) => !/testing|contracts/.test(name))).toEqual([]);
});

test.each(packages)('$room lets in only what it is the door of', ({ room, outside }) => {
  expect(outside.filter((name) => !doors[name]?.includes(room))).toEqual([]);
});

test('rpc knows grpc-js in one folder alone, so that another transport can stand beside it', () => {
  const sources = globSync('libs/rpc/src/**/*.ts', {
    cwd: workspaceRoot,
    // Tests call our server as a stranger would.
    exclude: ['**/*.test.ts', '**/test-*.ts', 'libs/rpc/src/transport/grpc-js/**'],
  });
  expect(sources.length).toBeGreaterThan(50);
  const knowing = sources.filter((path) =>
    readFileSync(join(workspaceRoot, path), 'utf8').includes("from '@grpc/grpc-js'"),
  );
  expect(knowing).toEqual([]);
});
