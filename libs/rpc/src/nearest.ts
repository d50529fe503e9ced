/** Says which of `names` was probably meant, or nothing where none is near. */
export function nearest(
  written: string,
  names: readonly string[],
  say: (name: string) => string,
): string {
  const [best] = names
    .map((name) => ({ name, distance: distance(written, name) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= 2 ? say(best.name) : '';
}

/** How many letters must change: https://en.wikipedia.org/wiki/Levenshtein_distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < Math.min(a.length, 100); i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(
        Math.min(
          (next[j] as number) + 1,
          (row[j + 1] as number) + 1,
          (row[j] as number) + (a[i] === b[j] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
}
