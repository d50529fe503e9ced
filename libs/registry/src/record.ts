import { joinAddress, splitAddress } from './node.ts';
import type { Endpoint, Metadata, Node, Value } from './registry.ts';

/** A longer record is not read: the API server takes 256 KiB of annotations a pod. */
const maxRecordBytes = 256 * 1024;
/** A longer one is not written: everyone who watches keeps reading it. */
const maxWrittenBytes = 32 * 1024;
const maxEndpoints = 1_000;
const maxNodes = 100;
/** go-micro describes messages three levels deep. */
const maxValueDepth = 16;

/**
 * Writes a node as go-micro's `registry.Service` with one node: the value of the annotation
 * `micro.mu/service-<name>` and the body of its JSON answers.
 */
export function encodeRecord(node: Node): string {
  return JSON.stringify({
    name: node.service,
    version: node.version,
    metadata: null,
    endpoints: encodeEndpoints(node.endpoints),
    nodes: [{ id: node.id, address: node.address, metadata: node.metadata }],
  });
}

/** @throws TypeError for a record that is too large to be written, naming what is largest in it. */
export function checkRecordSize(text: string, { service, endpoints, metadata }: Node): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxWrittenBytes) return;
  const parts = [
    ...endpoints.map((endpoint) => ({ name: `endpoint ${endpoint.name}`, part: endpoint })),
    { name: 'metadata', part: metadata },
  ].map(({ name, part }) => ({ name, bytes: Buffer.byteLength(JSON.stringify(part)) }));
  const [largest] = parts.sort((a, b) => b.bytes - a.bytes);
  throw new TypeError(
    `expected the record of ${service} to have at most ${maxWrittenBytes} bytes, got ${bytes}; ` +
      `the largest part is ${largest?.name} with ${largest?.bytes}`,
  );
}

/** Endpoints as Go writes them: null where a list is empty. */
export function encodeEndpoints(endpoints: readonly Endpoint[]): unknown {
  const value = (v: Value): unknown => ({
    name: v.name,
    type: v.type,
    values: v.values.length === 0 ? null : v.values.map(value),
  });
  return endpoints.map((e) => ({
    name: e.name,
    request: e.request && value(e.request),
    response: e.response && value(e.response),
    metadata: e.metadata,
  }));
}

/**
 * Reads what a service wrote of itself, ours or go-micro's of either era: up to 1.7 a node had
 * `address` and `port`, from 1.8 on `address` is `host:port`. Go writes null for what is empty.
 *
 * @throws SyntaxError or TypeError saying what is wrong. It comes from a stranger.
 */
export function parseRecord(text: string): Node[] {
  checkRecordLength(text);
  const record: unknown = JSON.parse(text);
  return parseNodes(record, parseHead(record));
}

/** @throws TypeError for a text that is too long to be read. */
export function checkRecordLength(text: string): void {
  if (text.length > maxRecordBytes)
    throw new TypeError(`expected at most ${maxRecordBytes} characters, got ${text.length}`);
}

/** What the nodes of a record have in common. @throws TypeError saying what is wrong. */
export function parseHead(value: unknown): Pick<Node, 'service' | 'version' | 'endpoints'> {
  const record = object(value, 'the record');
  const service = string(record['name'], 'name');
  if (service === '') throw new TypeError('expected name to be set, got ""');
  const version = string(record['version'] ?? '', 'version');
  return { service, version, endpoints: parseEndpoints(record['endpoints']) };
}

/** The nodes of a record. @throws TypeError saying what is wrong. */
export function parseNodes(
  value: unknown,
  { service, version, endpoints }: ReturnType<typeof parseHead>,
): Node[] {
  return list(object(value, 'the record')['nodes'], 'nodes', maxNodes).map((item) => {
    const node = object(item, 'a node');
    return {
      id: string(node['id'], 'a node id'),
      service,
      version,
      address: parseAddress(node),
      metadata: parseMetadata(node['metadata']),
      endpoints,
    };
  });
}

/** @throws TypeError saying what is wrong. */
export function parseEndpoints(value: unknown): Endpoint[] {
  return list(value, 'endpoints', maxEndpoints).map((item) => {
    const endpoint = object(item, 'an endpoint');
    return {
      name: string(endpoint['name'], 'an endpoint name'),
      request: parseValue(endpoint['request'], 0),
      response: parseValue(endpoint['response'], 0),
      metadata: parseMetadata(endpoint['metadata']),
    };
  });
}

/** @throws TypeError unless it is an object of strings, null or missing. */
export function parseMetadata(value: unknown): Metadata {
  if (value === null || value === undefined) return {};
  const metadata = object(value, 'metadata');
  for (const [key, text] of Object.entries(metadata)) string(text, `metadata ${key}`);
  return metadata as Metadata;
}

function parseAddress(node: Record<string, unknown>): string {
  const address = string(node['address'], 'a node address');
  const port = node['port'];
  const whole = typeof port === 'number' && port > 0 ? joinAddress(address, port) : address;
  if (!splitAddress(whole))
    throw new TypeError(`expected a node address as host:port, got ${JSON.stringify(whole)}`);
  return whole;
}

function parseValue(value: unknown, depth: number): Value | null {
  if (value === null || value === undefined) return null;
  if (depth > maxValueDepth) throw new TypeError(`expected at most ${maxValueDepth} levels`);
  const { name, type, values } = object(value, 'a value');
  return {
    name: string(name, 'a value name'),
    type: string(type, 'a value type'),
    values: list(values, 'values', maxEndpoints).flatMap((v) => parseValue(v, depth + 1) ?? []),
  };
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`expected ${what} to be an object, got ${show(value)}`);
  return value as Record<string, unknown>;
}

function string(value: unknown, what: string): string {
  if (typeof value !== 'string')
    throw new TypeError(`expected ${what} to be a string, got ${show(value)}`);
  return value;
}

function list(value: unknown, what: string, max: number): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value) || value.length > max)
    throw new TypeError(`expected ${what} to be a list of at most ${max}, got ${show(value)}`);
  return value;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 60);
}
