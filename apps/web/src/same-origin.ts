import type { IncomingMessage } from 'node:http';
import { RpcError } from '@micro/rpc';

/**
 * Refuses what another site's page makes a browser send. The dashboard has no login: who reaches it
 * may call every service, and a browser on this machine reaches it for any page it shows.
 *
 * @param name Who refuses.
 * @throws RpcError 403 that says what was expected.
 */
export function refuseForeign({ headers, socket }: IncomingMessage, name: string): void {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  const refuse = (detail: string): never => {
    throw new RpcError(403, detail, { id: name });
  };
  // Browsers say where a request comes from; other programs say nothing and are nobody's puppet.
  // "same-site" is not enough: to them every port of localhost is one site.
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    refuse(`expected a request of the dashboard's own page, got one that is ${site}`);
  if (origin !== undefined && hostOf(origin) !== host)
    refuse(`expected a request of the dashboard's own page, got one of ${origin.slice(0, 200)}`);
  // A name that was made to point here (DNS rebinding) would be its own origin.
  if (isLoopback(socket.localAddress) && !isLocalName(host))
    refuse(`expected localhost or 127.0.0.1 as the host, got ${host.slice(0, 200)}`);
}

function hostOf(origin: string): string | undefined {
  return URL.parse(origin)?.host;
}

function isLoopback(address = ''): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function isLocalName(host: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name);
}
