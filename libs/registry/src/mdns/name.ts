import type { Node } from '../registry.ts';

/** The name under which every service lists itself. go-micro `registry/mdns_registry.go`. */
const list = '_services';

/** Where the nodes of a service are asked for, or without one the list of services. */
export function serviceName(domain: string, service = list): string {
  return `${service}.${domain}`;
}

/** The line of a service in the list of services. */
export function listedName(domain: string, service: string): string {
  return `${service}.${list}.${domain}`;
}

/** Undoes `listedName`; undefined if it is not one. */
export function listedService(domain: string, name: string): string | undefined {
  const suffix = `.${list}.${domain}`;
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
}

/** The name of a node, without the closing dot. */
export function nodeName(domain: string, { id, service }: Pick<Node, 'id' | 'service'>): string {
  return `${id}.${service}.${domain}`;
}

/**
 * RFC 1035, 2.3.4; the codec itself does not look.
 *
 * @throws TypeError if it is not a DNS name.
 */
export function checkName(name: string): void {
  const labels = name.split('.').map((label) => Buffer.byteLength(label));
  const total = labels.reduce((sum, bytes) => sum + bytes + 1, 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
  if (total > 255 || labels.some((n) => n < 1 || n > 63) || /[\0-\x1f\x7f]/.test(name))
    throw new TypeError(
      `expected a DNS name (parts of 1 to 63 bytes between dots, 255 in all, no control characters), got ${JSON.stringify(name.slice(0, 300))}`,
    );
}
