import type { V1NodeList } from '@kubernetes/client-node';
import { kubectl } from './kubectl.ts';

/** Finds where a node port answers; undefined where nodes can't be reached from here. */
export async function findNodePort(port: number): Promise<string | undefined> {
  const nodes: V1NodeList = JSON.parse(await kubectl('get', 'nodes', '--output', 'json'));
  const addresses = nodes.items.flatMap(({ status }) => status?.addresses ?? []);
  const hosts = addresses.filter(({ type }) => type === 'InternalIP').map((a) => a.address);
  for (const host of [...hosts, '127.0.0.1']) {
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    try {
      const { ok } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) });
      if (ok) return url;
    } catch {
      // Not from here; the next one perhaps.
    }
  }
  return undefined;
}
