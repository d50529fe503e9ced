import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import type { Request } from '@micro/contracts';
import Fastify from 'fastify';
import { pino } from 'pino';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import * as z from 'zod';
import { greetings } from '../rpc/greetings.ts';

// A greeter of the packages that ours is of, with nothing of ours: options, a log, metrics, gRPC and HTTP.

const option = z.string().regex(/^[^:]*:\d+$/, 'an address as host:port');
const address = option.parse(process.env['ADDRESS'] ?? '127.0.0.1:0');
const host = address.slice(0, address.lastIndexOf(':'));
const log = pino(
  { base: { service: 'bare' }, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ dest: 1, sync: true }),
);

const metrics = new Registry();
collectDefaultMetrics({ register: metrics });
const registers = [metrics];
const total = new Counter({ name: 'calls_total', help: 'Calls answered.', registers });
const duration = new Histogram({ name: 'call_seconds', help: 'How long they took.', registers });

const server = new Server();
server.addService(
  { hello: greetings.hello },
  {
    hello(
      { request: { name } }: ServerUnaryCall<Request, { msg: string }>,
      answer: sendUnaryData<{ msg: string }>,
    ) {
      const stop = duration.startTimer();
      total.inc();
      answer(null, { msg: `Hello ${name}` });
      stop();
    },
  },
);
const http = Fastify();
http.get('/', async () => ({ name: 'bare' }));
http.get('/readyz', async () => ({ status: 'ready' }));
http.get('/metrics', async (_request, reply) =>
  reply.type(metrics.contentType).send(await metrics.metrics()),
);

server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  http.listen({ host, port: 0 }, (failure) => {
    if (failure) throw failure;
    const { port: httpPort } = http.server.address() as AddressInfo;
    log.info({ grpc: `${host}:${port}`, http: `${host}:${httpPort}` }, 'started');
  });
});
