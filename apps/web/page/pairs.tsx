/** Metadata, key by key. */
export function Pairs({ entries }: { entries: ReadonlyArray<readonly [string, string]> }) {
  if (entries.length === 0) return null;
  return (
    <ul class="pairs">
      {[...entries]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([key, value]) => (
          <li key={key} title={value}>
            {key} <b>{value}</b>
          </li>
        ))}
    </ul>
  );
}
