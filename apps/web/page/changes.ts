import type { Snapshot } from '../src/live.ts';

const maxNews = 3;

/** Says in a line what is new in `after`: "greeter gained 1 node". Empty if nothing is. */
export function describeChanges(before: Snapshot | undefined, after: Snapshot): string {
  if (!before) return '';
  const old = new Map(before.services.map((service) => [service.name, service]));
  const news = after.services.flatMap(({ name, nodes }) => {
    const known = old.get(name);
    old.delete(name);
    if (!known) return [`${name} is new`];
    const gained = nodes.length - known.nodes.length;
    if (gained > 0) return [`${name} gained ${count(gained, 'node')}`];
    if (gained < 0) return [`${name} lost ${count(-gained, 'node')}`];
    const ids = new Set(known.nodes.map((node) => node.id));
    return nodes.every((node) => ids.has(node.id)) ? [] : [`${name} has other nodes`];
  });
  news.push(...[...old.keys()].map((name) => `${name} is gone`));
  const rest = news.length - maxNews;
  return [...news.slice(0, maxNews), ...(rest > 0 ? [`${rest} more changes`] : [])].join(', ');
}

/** `1 node`, `2 nodes`. */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
