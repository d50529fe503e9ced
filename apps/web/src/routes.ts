import type { HttpServer } from '@micro/http';
import { RpcError } from '@micro/rpc';
import type { Service } from '@micro/service';
import { addCall } from './call.ts';
import { addEvents } from './events.ts';
import { createLive } from './live.ts';
import { addPage } from './page.ts';
import { refuseForeign } from './same-origin.ts';
import { describeSchema } from './schema.ts';
import { addStream } from './stream.ts';
import { createStreams } from './streams.ts';

/** Adds the dashboard's page at `/` and what it asks for under `/api`. */
export async function addRoutes(app: HttpServer, service: Service): Promise<void> {
  const { name, registry, stopping } = service;
  const live = createLive(registry);
  stopping.addEventListener('abort', () => live.close(), { once: true });
  const streams = createStreams(name, stopping);

  addPage(app, name);
  await app.register(
    async (api) => {
      api.addHook('onRequest', async ({ raw }) => refuseForeign(raw, name));
      api.get('/services', async () => live.snapshot());
      api.get<{ Params: { name: string } }>('/services/:name', async ({ params }) => {
        const { services } = live.snapshot();
        const found = services.find((one) => one.name === params.name);
        if (found) return found;
        const known = services.map((one) => one.name).slice(0, 20);
        const detail = `no service ${params.name} in registry ${registry.kind}; it knows ${known.join(', ') || 'none'}`;
        throw new RpcError(404, detail, { id: name });
      });
      api.get<{ Params: { service: string } }>('/schema/:service', async ({ params }) =>
        describeSchema(params.service, await service.dynamic.describe(params.service)),
      );
      addEvents(api, live, streams);
      addCall(api, service);
      addStream(api, service, streams);
    },
    { prefix: '/api' },
  );
}
