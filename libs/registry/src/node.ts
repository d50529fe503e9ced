import type { Endpoint, Metadata, Node } from './registry.ts';

/** Splits `host:port`; undefined if it is not one with a port from 1 to 65535. */
export function splitAddress(address: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** Joins a host and a port, an IPv6 host in brackets. */
export function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** @throws TypeError saying what is wrong with a node that shall be registered. */
export function checkNode(node: Node): void {
  if (node.service === '') throw new TypeError('expected a service name, got an empty one');
  if (node.id === '')
    throw new TypeError(`expected a node id for ${node.service}, got an empty one`);
  if (!splitAddress(node.address))
    throw new TypeError(
      `expected the address of ${node.id} as host:port with a port from 1 to 65535, got ${JSON.stringify(node.address)}`,
    );
}

/** What a node is told apart by. Ids are unique within a service only: go-micro's web services use a bare uuid. */
export function keyOf({ service, id }: Pick<Node, 'service' | 'id'>): string {
  return `${service}\n${id}`;
}

/** Whether two nodes say the same. */
export function sameNode(a: Node, b: Node): boolean {
  return (
    a === b ||
    (a.id === b.id &&
      a.service === b.service &&
      a.version === b.version &&
      a.address === b.address &&
      (a.metadata === b.metadata || sameText(sorted(a.metadata), sorted(b.metadata))) &&
      (a.endpoints === b.endpoints || sameText(canonical(a.endpoints), canonical(b.endpoints))))
  );
}

function sameText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function sorted(metadata: Metadata): unknown {
  return Object.entries(metadata).sort();
}

function canonical(endpoints: readonly Endpoint[]): unknown {
  return endpoints.map((e) => [e.name, e.request, e.response, sorted(e.metadata)]);
}
