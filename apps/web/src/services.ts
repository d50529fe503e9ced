import type { Endpoint, Metadata, Node } from '@micro/registry';

/** A service as people look at it: one name, whatever versions and nodes there are of it. */
export interface ServiceSummary {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly nodes: readonly NodeSummary[];
  /** Of all versions; where they differ, as the newest says. */
  readonly endpoints: readonly Endpoint[];
}

/** One running process of a service. */
export interface NodeSummary {
  readonly id: string;
  readonly version: string;
  readonly address: string;
  readonly metadata: Metadata;
}

const { compare } = new Intl.Collator('en', { numeric: true });

/** Groups nodes by service; everything is in an order that stays the same from one look to the next. */
export function summarize(nodes: Iterable<Node>): ServiceSummary[] {
  return [...Map.groupBy(nodes, (node) => node.service)]
    .map(([name, ofName]) => summarizeOne(name, ofName))
    .sort((a, b) => compare(a.name, b.name));
}

function summarizeOne(name: string, nodes: readonly Node[]): ServiceSummary {
  const oldestFirst = [...nodes].sort((a, b) => compare(a.version, b.version));
  const endpoints = new Map<string, Endpoint>();
  for (const node of oldestFirst)
    for (const endpoint of node.endpoints) endpoints.set(endpoint.name, endpoint);
  return {
    name,
    versions: [...new Set(oldestFirst.map((node) => node.version))].reverse(),
    nodes: nodes
      .map(({ id, version, address, metadata }) => ({ id, version, address, metadata }))
      .sort((a, b) => compare(b.version, a.version) || compare(a.id, b.id)),
    endpoints: [...endpoints.values()],
  };
}
