import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { KubeConfig } from '../credentials.ts';

/** One connection, as the node at the other end of the WebSocket has it. */
export interface PodEnd {
  readonly socket: Socket;
  /** Says something as the pod, or where the port is refused on the stream of complaints. */
  say(data: Buffer | string, stream?: 0 | 1): boolean;
  close(): void;
  onData(listener: (data: Buffer) => void): void;
}

/** An API server that only forwards ports, over real sockets, and what it is asked to say. */
export async function createForwardTrial() {
  const asked: string[] = [];
  let answer = { code: 400, reason: 'BadRequest', message: 'Upgrade request required' };
  let admits = true;
  let onPodEnd = (end: PodEnd): void => end.onData((data) => end.say(data));
  const sockets = new Set<Socket>();

  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(answer.code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', ...answer }));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.once('end', () => socket.end());
    socket.on('error', () => {});
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    asked.push(`upgrade ${request.headers.authorization ?? ''}`.trim());
    if (admits) onPodEnd(accept(request, socket));
    else socket.end(`HTTP/1.1 ${answer.code} No\r\nconnection: close\r\n\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let token = 'first';

  return {
    asked,
    sockets,
    config: {
      source: 'kubeconfig',
      server: `http://127.0.0.1:${port}`,
      namespace: 'shop',
      async credentials({ renew = false } = {}) {
        if (renew) token = 'second';
        return { headers: { authorization: token } };
      },
    } satisfies KubeConfig,
    /** Answers plain requests so; the default is that of an API server that would forward. */
    answer(code: number, reason: string, message: string): void {
      answer = { code, reason, message };
    },
    admit(yes: boolean): void {
      admits = yes;
    },
    onPodEnd(listener: (end: PodEnd) => void): void {
      onPodEnd = listener;
    },
    /** Lets upgrades wait for ever. */
    stall(): void {
      server.removeAllListeners('upgrade').on('upgrade', (_, socket) => socket.resume());
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Connects to a forwarded port; what it hears, and how it ends. */
export function dialLocal(port: number) {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  socket.once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'error'));
  socket.once('close', () => resolve('closed'));
  return {
    socket,
    ended,
    text: () => text,
    async heard(expected: string): Promise<void> {
      while (!text.includes(expected)) await once(socket, 'data');
    },
  };
}

/** RFC 6455, 4.2.2. */
function accept(request: IncomingMessage, socket: Socket): PodEnd {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'upgrade: websocket',
      'connection: upgrade',
      'sec-websocket-protocol: v4.channel.k8s.io',
      `sec-websocket-accept: ${createHash('sha1').update(key).digest('base64')}`,
      '\r\n',
    ].join('\r\n'),
  );
  const listeners: ((data: Buffer) => void)[] = [];
  const send = (opcode: number, data: Buffer): boolean => socket.write(frame(opcode, data));
  const say: PodEnd['say'] = (data, stream = 0) =>
    send(0x2, Buffer.concat([Buffer.of(stream), Buffer.from(data)]));
  say(Buffer.of(0, 0), 0); // The port, on either stream; nobody looks.
  say(Buffer.of(0, 0), 1);
  readFrames(socket, (opcode, data) => {
    if (opcode === 0x9) send(0xa, data);
    if (opcode === 0x8) socket.end(frame(0x8, data));
    if (opcode === 0x2) for (const listener of listeners) listener(data.subarray(1));
  });
  return {
    socket,
    say,
    close: () => socket.end(frame(0x8, Buffer.of(0x03, 0xe8))),
    onData: (listener) => listeners.push(listener),
  };
}

/** RFC 6455, 5.2. */
function frame(opcode: number, data: Buffer): Buffer {
  const head = Buffer.alloc(data.length < 126 ? 2 : data.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = data.length < 126 ? data.length : data.length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(data.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(data.length), 2);
  return Buffer.concat([head, data]);
}

function readFrames(socket: Socket, onFrame: (opcode: number, data: Buffer) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const short = (buffer[1] ?? 0) & 0x7f;
      const extra = short < 126 ? 0 : short === 126 ? 2 : 8;
      const start = 2 + extra + 4;
      if (buffer.length < start) return;
      const length = extra === 0 ? short : Number(`0x${buffer.toString('hex', 2, 2 + extra)}`);
      if (buffer.length < start + length) return;
      const mask = buffer.subarray(start - 4, start);
      const data = Buffer.from(buffer.subarray(start, start + length));
      for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) ^ (mask[i % 4] ?? 0);
      onFrame((buffer[0] ?? 0) & 0x0f, data);
      buffer = buffer.subarray(start + length);
    }
  });
}
