import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let clock: ManualClock;
let server: Server;
let proxy: TcpProxy;
/** The connections of the server, and what it has heard in all. */
let accepted: Socket[];
let heard: string;
beforeEach(async () => {
  clock = createManualClock();
  accepted = [];
  heard = '';
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard += chunk;
      socket.write(`[${chunk}]`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await createTcpProxy({ port: (server.address() as AddressInfo).port }, { clock });
});
afterEach(async () => {
  await proxy.close();
  for (const socket of accepted) socket.destroy();
  server.close();
});

/** A client and what it has heard. */
async function open(): Promise<{ socket: Socket; said: string; ended: string }> {
  const socket = connect(proxy.port, '127.0.0.1');
  const client = { socket, said: '', ended: '' };
  socket.on('data', (chunk) => {
    client.said += chunk;
  });
  socket.on('end', () => {
    client.ended = 'end';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    client.ended = error.code ?? '';
  });
  await once(socket, 'connect');
  return client;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

test('passes on bytes and ends, and counts', async () => {
  const client = await open();
  client.socket.write('a');
  await until(() => client.said === '[a]');
  expect(proxy.connections).toEqual({ made: 1, open: 1 });
  client.socket.end();
  await until(() => client.ended === 'end');
  await until(() => proxy.connections.open === 0);
});

test('a black hole swallows bytes and ends, and what is lost stays lost', async () => {
  const client = await open();
  client.socket.write('a');
  await until(() => client.said === '[a]');
  proxy.toxics = { blackhole: 'both' };
  client.socket.write('b');
  accepted[0]!.write('c');
  await until(() => client.socket.bytesWritten === 2 && client.socket.writableLength === 0);
  const other = await open();
  proxy.toxics = {};
  client.socket.end('d');
  other.socket.write('e');
  await until(() => other.said === '[e]');
  expect([heard, client.said, client.ended]).toEqual(['ae', '[a]', '']);
});

test('a black hole can be one way', async () => {
  const client = await open();
  proxy.toxics = { blackhole: 'down' };
  client.socket.write('a');
  await until(() => heard === 'a');
  accepted[0]!.end();
  client.socket.write('b');
  await until(() => heard === 'ab');
  expect([client.said, client.ended]).toEqual(['', '']);
});

test('bytes take the time they are given, and come in their order', async () => {
  const client = await open();
  proxy.toxics = { latencyMs: 100 };
  client.socket.write('a');
  await until(() => clock.waiting === 1);
  proxy.toxics = {};
  client.socket.write('b');
  await until(() => clock.waiting === 2);
  clock.advance(99);
  expect(heard).toBe('');
  clock.advance(1);
  await until(() => heard === 'ab');
});

test('no more bytes a second pass than may', async () => {
  proxy.toxics = { bytesPerSecond: 100 };
  const client = await open();
  client.socket.write('x'.repeat(50));
  await until(() => clock.waiting === 4);
  clock.advance(250);
  await until(() => heard.length === 30);
  expect(clock.waiting).toBeGreaterThan(0);
  clock.advance(1000);
  await until(() => heard.length === 50);
});

test('a reset is one for both', async () => {
  const client = await open();
  client.socket.write('a');
  await until(() => client.said === '[a]');
  proxy.reset();
  await until(() => client.ended === 'ECONNRESET' && accepted[0]!.destroyed);
});

test('the reset of one end reaches the other', async () => {
  const client = await open();
  client.socket.write('a');
  await until(() => client.said === '[a]');
  accepted[0]!.resetAndDestroy();
  await until(() => client.ended === 'ECONNRESET');
});

test('a client that resets is gone for a target on a path too', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'micro-proxy-'));
  const path = join(directory, 'target');
  const gone = Promise.withResolvers<void>();
  const target = createServer((socket) => socket.resume().on('close', gone.resolve));
  await new Promise<void>((resolve) => target.listen(path, resolve));
  await proxy.close();
  proxy = await createTcpProxy({ path }, { clock });
  const client = await open();
  await once(target, 'connection');
  client.socket.resetAndDestroy();
  await gone.promise;
  target.close();
  rmSync(directory, { recursive: true });
});

test('new connections can be refused while the old ones go on', async () => {
  const client = await open();
  proxy.refuse();
  const refused = connect(proxy.port, '127.0.0.1');
  const [error] = await once(refused, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  client.socket.write('a');
  await until(() => client.said === '[a]');
  await proxy.accept();
  const later = await open();
  later.socket.write('b');
  await until(() => later.said === '[b]');
  expect(proxy.connections.made).toBe(2);
});

test('a target that is not there is a reset', async () => {
  await new Promise((resolve) => server.close(resolve));
  const client = await open();
  await until(() => client.ended === 'ECONNRESET');
});

test('what is open can be frozen while what comes later is well', async () => {
  const old = await open();
  proxy.freeze();
  old.socket.write('a');
  const later = await open();
  later.socket.write('b');
  await until(() => later.said === '[b]');
  expect([old.said, old.ended]).toEqual(['', '']);
});
