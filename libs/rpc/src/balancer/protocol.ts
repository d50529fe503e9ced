import type { Node } from '@micro/registry';

/** What a node says it speaks; undefined where it does not say. */
export function protocolOf({ metadata }: Pick<Node, 'metadata'>): string | undefined {
  return metadata['protocol'] ?? metadata['transport'] ?? metadata['broker'];
}

/**
 * Whether a node answers gRPC. go-micro's default server (`mucp`, its own protocol over HTTP) does
 * not, nor do the nodes of its HTTP broker.
 */
export function answersGrpc(node: Pick<Node, 'metadata'>): boolean {
  const protocol = protocolOf(node);
  return protocol === undefined || protocol === 'grpc';
}
