import type { FastifyInstance } from 'fastify';

/** What probes and scrapers are told. */
export interface Probes {
  /** undefined when ready, else why not, in a sentence. */
  readonly notReady: () => string | undefined;
  /** The metrics in Prometheus' text form. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

/** `/healthz`: the process answers. `/readyz`: it may be sent calls. `/metrics`: for Prometheus. */
export function addProbes(app: FastifyInstance, { notReady, metrics }: Probes): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reason = notReady();
    if (reason === undefined) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', reason });
  });
  app.get('/metrics', async (_request, reply) => {
    const { type, text } = await metrics();
    return reply.type(type).send(text);
  });
}
