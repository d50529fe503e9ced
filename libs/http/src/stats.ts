import type { FastifyInstance } from 'fastify';

const bucketMs = 5_000;
const maxBuckets = 24;
const probes = new Set(['/stats', '/healthz', '/readyz', '/metrics']);

interface Counter {
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly status_codes: Record<string, number>;
  total_reqs: number;
}

/**
 * Serves `/stats` as go-micro's `--enable_stats` does: requests of the last two minutes in steps of
 * five seconds, by the true status; JSON for those who ask for it, a page for browsers.
 */
export function addStats(app: FastifyInstance): void {
  const started = Math.floor(Date.now() / 1000);
  const counters: Counter[] = [];
  app.addHook('onResponse', async (request, reply) => {
    if (probes.has(request.routeOptions.url ?? '')) return;
    const counter = currentCounter(counters);
    const kind = `${Math.floor(reply.statusCode / 100)}0x`;
    counter.status_codes[kind] = (counter.status_codes[kind] ?? 0) + 1;
    counter.total_reqs++;
  });
  app.get('/stats', async ({ headers }, reply) => {
    const stats = {
      started,
      memory: `${(process.memoryUsage.rss() / 2 ** 20).toFixed(2)}mb`,
      counters: counters.filter(
        ({ timestamp }) => timestamp * 1000 > Date.now() - maxBuckets * bucketMs,
      ),
    };
    const wanted = `${headers.accept} ${headers['content-type']}`;
    if (!wanted.includes('text/html')) return stats;
    return reply.type('text/html; charset=utf-8').send(page(stats));
  });
}

function currentCounter(counters: Counter[]): Counter {
  const timestamp = (Math.floor(Date.now() / bucketMs) * bucketMs) / 1000;
  const last = counters.at(-1);
  if (last?.timestamp === timestamp) return last;
  const next: Counter = {
    timestamp,
    status_codes: { '20x': 0, '30x': 0, '40x': 0, '50x': 0 },
    total_reqs: 0,
  };
  counters.push(next);
  if (counters.length > maxBuckets) counters.shift();
  return next;
}

function page({
  started,
  memory,
  counters,
}: {
  started: number;
  memory: string;
  counters: readonly Counter[];
}): string {
  const kinds = ['20x', '30x', '40x', '50x'];
  const rows = counters.map((counter) => {
    const cells = kinds.map((kind) => `<td>${counter.status_codes[kind] ?? 0}</td>`).join('');
    return `<tr><td>${new Date(counter.timestamp * 1000).toISOString()}</td>${cells}<td>${counter.total_reqs}</td></tr>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>stats</title>
<h1>Stats</h1><p>Started ${new Date(started * 1000).toISOString()}, ${memory} of memory.</p>
<table><thead><tr><th>from</th>${kinds.map((kind) => `<th>${kind}</th>`).join('')}<th>all</th></tr></thead>
<tbody>${rows.reverse().join('\n')}</tbody></table></html>`;
}
