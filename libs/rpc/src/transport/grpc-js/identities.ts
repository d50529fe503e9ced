/** Names of one kind from a certificate's, `URI:spiffe://a/b, DNS:a`: URIs, or DNS names where it has none. */
export function identitiesOf(names = ''): readonly string[] {
  const all = [...names.matchAll(/(URI|DNS):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    ([, kind, name = '']) => ({
      kind,
      // Node quotes a name that holds a comma or a quote, so that it can't pass for two.
      name: name.startsWith('"') ? String(JSON.parse(name)) : name,
    }),
  );
  const of = (wanted: string) => all.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  const uris = of('URI');
  return uris.length > 0 ? uris : of('DNS');
}
