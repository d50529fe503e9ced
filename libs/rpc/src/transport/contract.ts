import { once } from 'node:events';
import {
  createServer as createHttp2Server,
  type Http2Server,
  constants as http2,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Code } from './code.ts';
import { tlsContract } from './tls-contract.ts';
import type {
  CallEnd,
  CallHead,
  Connection,
  ConnectionState,
  IncomingHandler,
  Listener,
  Metadata,
  MethodKind,
  OutgoingCall,
  Transport,
} from './transport.ts';

const path = '/a.Service/Method';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (words: string): Uint8Array => Buffer.from(words);
const limits = {
  maxRequestBytes: 100_000,
  maxResponseBytes: 100_000,
  maxStreams: 1_000,
  maxHeaderBytes: 16_384,
};

/** What every transport keeps, another HTTP/2 stack too. */
export function transportContract(name: string, transport: Transport): void {
  tlsContract(name, transport);
  describe(`${name} transport`, () => {
    const open: Array<() => unknown> = [];
    afterEach(async () => {
      for (const close of open.splice(0).reverse()) await close();
    });

    const listen = async (
      kind: MethodKind,
      handler: IncomingHandler,
    ): Promise<{ address: string; listener: Listener }> => {
      const listener = transport.createListener({ limits });
      listener.answer(path, kind, handler);
      const address = `127.0.0.1:${await listener.listen('127.0.0.1:0')}`;
      open.push(() => listener.close(0));
      return { address, listener };
    };
    /** A server that speaks HTTP/2 and does with a call what it likes. */
    const listenRaw = async (onStream: (stream: ServerHttp2Stream) => void): Promise<string> => {
      const server: Http2Server = createHttp2Server().on('stream', (stream) => {
        stream.on('error', () => {}); // What it does to the call is what is tried.
        onStream(stream);
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      open.push(() => server.close());
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    };
    const connect = (address: string) => {
      const states: ConnectionState[] = [];
      const listeners = new Set<() => void>();
      const connection = transport.connect({
        address,
        authority: 'a.service.micro',
        maxMessageBytes: limits.maxRequestBytes,
        onState(state) {
          states.push(state);
          for (const listener of listeners) listener();
        },
      });
      open.push(() => connection.close());
      const reaches = (state: ConnectionState): Promise<void> =>
        new Promise((resolve) => {
          const look = (): void => {
            if (connection.state === state) resolve();
          };
          listeners.add(look);
          look();
        });
      return { connection, states, reaches };
    };

    test('carries a request and a response, with metadata both ways', async () => {
      let heard: Metadata = {};
      const { address } = await listen('unary', (call) => {
        heard = call.metadata;
        call.sendHeader({ early: 'yes' });
        void call.send(bytes(`Hello ${text(call.request)}`));
        call.end(Code.OK, '', { late: 'a, b', 'late-bin': 'AQI=' });
      });
      const { connection } = connect(address);
      const call = begin(connection, { metadata: { many: 'a, b', 'x-bin': 'AAEC' } });
      call.outgoing.send(bytes('John'));
      call.outgoing.finish();
      call.outgoing.read();
      expect(await call.ended).toEqual({
        code: Code.OK,
        detail: '',
        metadata: expect.objectContaining({ late: 'a, b', 'late-bin': 'AQI=' }),
        fate: 'processed',
      });
      expect(call.messages).toEqual(['Hello John']);
      expect(call.header).toMatchObject({ early: 'yes' });
      expect(heard).toMatchObject({ many: 'a, b', 'x-bin': 'AAEC' });
    });

    test('carries streams both ways, in order, and a message only when it is asked for', async () => {
      const { address } = await listen('bidi_streaming', async (call) => {
        for await (const request of call.requests) await call.send(request);
        call.end(Code.OK, '', {});
      });
      const { connection } = connect(address);
      const call = begin(connection);
      for (const word of ['a', 'b', 'c'])
        await new Promise<void>((sent) => call.outgoing.send(bytes(word), sent));
      call.outgoing.finish();
      await readOne(call);
      // Whatever else has come is not told.
      await roundTrip(connection);
      expect(call.messages).toEqual(['a']);
      await readOne(call);
      await readOne(call);
      await readOne(call);
      expect(call.messages).toEqual(['a', 'b', 'c']);
      expect(await call.ended).toMatchObject({ code: Code.OK });
    });

    test('answers one request with many though the caller has not said that it asks no more', async () => {
      const { address } = await listen('server_streaming', (call) => {
        void call.send(call.request);
        call.end(Code.OK, '', {});
      });
      const { connection } = connect(address);
      const call = begin(connection);
      call.outgoing.send(bytes('John'));
      call.outgoing.read();
      expect(await call.ended).toMatchObject({ code: Code.OK });
      expect(call.messages).toEqual(['John']);
    });

    test('C16: who writes is told to wait for who does not read', async () => {
      const waiting = Promise.withResolvers<number>();
      let sent = 0;
      const { address } = await listen('server_streaming', async (call) => {
        for (;;) {
          const room = call.send(new Uint8Array(50_000));
          sent++;
          if (!room || call.cancelled) continue;
          waiting.resolve(sent);
          await room;
          if (call.cancelled) return;
        }
      });
      const { connection } = connect(address);
      const call = begin(connection);
      call.outgoing.send(bytes(''));
      call.outgoing.finish();
      expect(await waiting.promise).toBeLessThan(100);
      // Others on the same connection are not held up.
      await roundTrip(connection);
      call.outgoing.cancel(Code.CANCELLED, '');
      await call.ended;
    });

    test('tells the handler at once that the caller is gone', async () => {
      const entered = Promise.withResolvers<void>();
      const cancelled = Promise.withResolvers<void>();
      const { address } = await listen('unary', (call) => {
        call.onCancelled(cancelled.resolve);
        entered.resolve();
      });
      const call = begin(connect(address).connection);
      call.outgoing.send(bytes(''));
      call.outgoing.finish();
      await entered.promise;
      call.outgoing.cancel(Code.CANCELLED, 'enough');
      expect(await call.ended).toMatchObject({ code: Code.CANCELLED, detail: 'enough' });
      await cancelled.promise;
    });

    test('ends a call at its deadline, here and there', async () => {
      const cancelled = Promise.withResolvers<void>();
      let deadline: number | undefined;
      const { address } = await listen('unary', (call) => {
        deadline = call.deadline;
        call.onCancelled(cancelled.resolve);
      });
      const wanted = Date.now() + 200;
      const call = begin(connect(address).connection, { deadline: wanted });
      call.outgoing.send(bytes(''));
      call.outgoing.finish();
      expect(await call.ended).toMatchObject({ code: Code.DEADLINE_EXCEEDED });
      await cancelled.promise;
      expect(Math.abs((deadline ?? 0) - wanted)).toBeLessThan(100);
    });

    test('carries the words of an error, whatever they are made of', async () => {
      const { address } = await listen('unary', (call) =>
        call.end(Code.ABORTED, 'nö "✓" 100 %\n', { why: 'so' }),
      );
      expect(await ask(connect(address).connection)).toEqual({
        code: Code.ABORTED,
        detail: 'nö "✓" 100 %\n',
        metadata: expect.objectContaining({ why: 'so' }),
        fate: 'processed',
      });
    });

    test('a path that nobody answers is UNIMPLEMENTED', async () => {
      const { address } = await listen('unary', (call) => call.end(Code.OK, '', {}));
      const { connection } = connect(address);
      expect(await ask(connection, '/a.Service/Nothing')).toMatchObject({
        code: Code.UNIMPLEMENTED,
      });
    });

    test('C15: a message that is too large ends its call alone', async () => {
      const { address } = await listen('unary', (call) => {
        void call.send(new Uint8Array(call.request.length === 0 ? 10 : 200_000));
        call.end(Code.OK, '', {});
      });
      const { connection } = connect(address);
      const small = await ask(connection);
      const tooMuchBack = await ask(connection, path, bytes('a'));
      const tooMuch = await ask(connection, path, new Uint8Array(200_000));
      expect([small, tooMuchBack, tooMuch].map(({ code }) => code)).toEqual([
        Code.OK,
        Code.RESOURCE_EXHAUSTED,
        Code.RESOURCE_EXHAUSTED,
      ]);
      expect(await ask(connection)).toMatchObject({ code: Code.OK });
    });

    test('says that a call was never sent where nobody listens, and connects once somebody does', async () => {
      const { address, listener } = await listen('unary', (call) => call.end(Code.OK, '', {}));
      await listener.close(0);
      const { connection, reaches } = connect(address);
      expect(await ask(connection)).toMatchObject({ code: Code.UNAVAILABLE, fate: 'unsent' });
      expect(connection.state).toBe('failed');
      const again = transport.createListener({ limits });
      again.answer(path, 'unary', (call) => call.end(Code.OK, '', {}));
      await again.listen(address);
      open.push(() => again.close(0));
      await reaches('ready');
      expect(await ask(connection)).toMatchObject({ code: Code.OK });
    });

    test('takes who accepts a connection and says nothing for unreachable', async () => {
      const mute = createTcpServer(() => {});
      await once(mute.listen(0, '127.0.0.1'), 'listening');
      open.push(() => mute.close());
      const { port } = mute.address() as AddressInfo;
      const { connection, reaches } = connect(`127.0.0.1:${port}`);
      connection.connect();
      await reaches('failed');
    });

    test('does not take the words of a status for its own', async () => {
      const { address } = await listen('unary', (call) =>
        call.end(Code.UNAVAILABLE, 'Stream refused by server', {}),
      );
      expect(await ask(connect(address).connection)).toMatchObject({ fate: 'processed' });
    });

    test('says that a call was refused before anybody saw it', async () => {
      const address = await listenRaw((stream) => stream.close(http2.NGHTTP2_REFUSED_STREAM));
      expect(await ask(connect(address).connection)).toMatchObject({
        code: Code.UNAVAILABLE,
        fate: 'refused',
      });
    });

    test('says that a call may have been seen where the connection broke, or the call was cut off', async () => {
      const breaking = await listenRaw(({ session }) => session?.destroy());
      const cutting = await listenRaw((stream) => stream.close(http2.NGHTTP2_CANCEL));
      for (const address of [breaking, cutting])
        expect(await ask(connect(address).connection)).toMatchObject({
          code: Code.UNAVAILABLE,
          fate: 'processed',
        });
    });

    test('tells each state of a connection', async () => {
      const { address, listener } = await listen('unary', (call) => call.end(Code.OK, '', {}));
      const { connection, states, reaches } = connect(address);
      expect(connection.state).toBe('idle');
      connection.connect();
      await reaches('ready');
      await listener.close(0);
      await reaches('idle');
      connection.connect();
      await reaches('failed');
      connection.close();
      expect(connection.state).toBe('closed');
      expect(states.slice(0, 3)).toEqual(['connecting', 'ready', 'idle']);
    });

    test('a call on a closed connection was never sent', async () => {
      const { connection } = connect('127.0.0.1:1');
      connection.close();
      expect(await ask(connection)).toMatchObject({ code: Code.UNAVAILABLE, fate: 'unsent' });
    });

    test('closing lets calls finish, cuts off those that do not, and says how many', async () => {
      const entered = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      let calls = 0;
      const { address, listener } = await listen('unary', (call) => {
        if (++calls === 2) return entered.resolve();
        void finish.promise.then(() => call.end(Code.OK, '', {}));
      });
      const { connection } = connect(address);
      const [first, second] = [ask(connection), ask(connection)];
      await entered.promise;
      const closed = listener.close(300);
      finish.resolve();
      expect(await first).toMatchObject({ code: Code.OK });
      expect(await second).toMatchObject({ code: Code.UNAVAILABLE });
      expect(await closed).toBe(1);
    });
  });
}

interface Begun {
  readonly outgoing: OutgoingCall;
  readonly ended: Promise<CallEnd>;
  readonly messages: string[];
  readonly header: Metadata | undefined;
  /** Resolves with the next message or the end. */
  told(): Promise<void>;
}

function begin(connection: Connection, head: Partial<CallHead> = {}, to: string = path): Begun {
  const messages: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<CallEnd>();
  let header: Metadata | undefined;
  let told = Promise.withResolvers<void>();
  const next = (): void => {
    told.resolve();
    told = Promise.withResolvers();
  };
  const outgoing = connection.call(
    to,
    { metadata: {}, deadline: Number.POSITIVE_INFINITY, ...head },
    {
      header(read) {
        header = read();
      },
      message(message) {
        messages.push(text(message));
        next();
      },
      end(end) {
        resolve(end);
        next();
      },
    },
  );
  return {
    outgoing,
    ended,
    messages,
    get header() {
      return header;
    },
    told: () => told.promise,
  };
}

/** Waits for the next message, or the end. */
function readOne({ outgoing, told }: Begun): Promise<void> {
  const next = told();
  outgoing.read();
  return next;
}

/** One call with one request. */
function ask(
  connection: Connection,
  to: string = path,
  request: Uint8Array = bytes(''),
): Promise<CallEnd> {
  const { outgoing, ended } = begin(connection, {}, to);
  outgoing.send(request);
  outgoing.finish();
  outgoing.read();
  return ended;
}

/** Another call there and back: what was on its way before has arrived. */
async function roundTrip(connection: Connection): Promise<void> {
  await ask(connection, '/a.Service/Nothing');
}
