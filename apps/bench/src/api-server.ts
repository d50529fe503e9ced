import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createCollection } from './api-server/collection.ts';
import { type Emission, emitEvents, type Flip } from './api-server/emitter.ts';
import { createJsonEncoding } from './api-server/json.ts';
import { listenAsNodes } from './api-server/nodes.ts';
import { answerPods, type PodsAnswers } from './api-server/pods-request.ts';
import { createProtobufEncoding } from './api-server/protobuf.ts';
import { createWatches } from './api-server/watches.ts';

/**
 * An API server with ten thousand pods of a hundred services in namespace `micro`. All it says is
 * prepared beforehand: who asks measures itself, not this. Each client finds the pods as they
 * were; events are told to those who watch and then forgotten.
 */
export interface ApiServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Whether watches may ask for initial events, as from Kubernetes 1.34 on; else that is a 422. */
  allowWatchList(allowed: boolean): void;
  /** Makes events for who watches; resolves when the last one is on its way. */
  emit(emission: Emission): Promise<Flip[]>;
  /** How it was asked for pods since the last time, `list as json` for one. */
  takeAsked(): string[];
  /** Connections accepted so far. */
  readonly connections: number;
}

/** Starts one, on any free port of the loopback interface. */
export async function createApiServer(): Promise<ApiServer> {
  const nodes = await listenAsNodes();
  const { port } = nodes;
  const answers: PodsAnswers = {
    json: createCollection(createJsonEncoding(), port),
    protobuf: createCollection(createProtobufEncoding(), port),
    watches: createWatches(port),
    port,
    watchList: true,
    asked: new Set(),
  };
  let connections = 0;
  const server = createServer((request, response) => {
    try {
      answerPods(answers, request, response);
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  server.on('connection', (socket) => {
    connections++;
    socket.setNoDelay(true);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    allowWatchList(allowed) {
      answers.watchList = allowed;
    },
    async emit(emission) {
      // Who has the list opens its watch next, and only then hears of everything.
      await setTimeout(250);
      return emitEvents(emission, answers.watches.tell);
    },
    takeAsked() {
      const asked = [...answers.asked].sort();
      answers.asked.clear();
      return asked;
    },
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      nodes.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
