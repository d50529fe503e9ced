import { namesOf } from '../certificate-names.ts';

/** Names of one kind from a certificate's, `URI:spiffe://a/b, DNS:a`: URIs, or DNS names where it has none. */
export function identitiesOf(listed?: string): readonly string[] {
  const { uris, dns } = namesOf(listed);
  return uris.length > 0 ? uris : dns;
}
