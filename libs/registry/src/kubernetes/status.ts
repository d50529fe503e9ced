import type { Counts, Status } from '../registry.ts';

/** How true a picture is that has several sources: as true as the least of them. */
export function joinStatuses(statuses: readonly Status[]): Status {
  const worst = (['starting', 'stale', 'synced'] as const).find((state) =>
    statuses.some((status) => status.state === state),
  );
  if (!worst) return { state: 'idle' };
  const reason = statuses.find((status) => status.state === worst)?.reason;
  const silences = statuses.flatMap(({ silentMs }) => silentMs ?? []);
  const counts = statuses.flatMap((status) => status.counts ?? []);
  return {
    state: worst,
    ...(reason !== undefined && { reason }),
    ...(silences.length > 0 && { silentMs: Math.max(...silences) }),
    ...(counts.length > 0 && { counts: sum(counts) }),
  };
}

function sum(all: readonly Counts[]): Counts {
  const of = (key: keyof Counts): number => all.reduce((total, counts) => total + counts[key], 0);
  return {
    live: of('live'),
    waiting: of('waiting'),
    leaving: of('leaving'),
    broken: of('broken'),
    draining: of('draining'),
  };
}
