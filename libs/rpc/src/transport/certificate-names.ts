/** The names that a certificate proves. */
export interface CertificateNames {
  readonly uris: readonly string[];
  readonly dns: readonly string[];
}

/** @param listed As Node lists them: `URI:spiffe://a/b, DNS:a`. */
export function namesOf(listed = ''): CertificateNames {
  const all = [...listed.matchAll(/(URI|DNS):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    ([, kind, name = '']) => ({
      kind,
      // Node quotes a name that holds a comma or a quote, so that it can't pass for two.
      name: name.startsWith('"') ? String(JSON.parse(name)) : name,
    }),
  );
  const of = (wanted: string) => all.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  return { uris: of('URI'), dns: of('DNS') };
}

/**
 * Whether they are those of a service: a DNS name that is its registered name, or a SPIFFE id whose path
 * ends in it, `spiffe://example.org/ns/shop/go.micro.srv.greeter`. The host a node listens on says
 * nothing: pods come and go. Wildcards name no service.
 */
export function proveService({ uris, dns }: CertificateNames, service: string): boolean {
  const isOurs = (uri: string): boolean =>
    uri.startsWith('spiffe://') && uri.split('/').slice(3).at(-1) === service;
  return dns.includes(service) || uris.some(isOurs);
}
