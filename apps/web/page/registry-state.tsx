import type { Live } from './live.ts';

const kinds = { synced: 'good', idle: 'wait', starting: 'wait', stale: 'bad' } as const;

/** Says in two words which registry is shown and how true it is. */
export function RegistryState({ live: { connection, snapshot } }: { live: Live }) {
  const [kind, word] =
    connection === 'lost'
      ? ['bad', 'reconnecting']
      : snapshot
        ? [
            kinds[snapshot.registry.status.state],
            `${snapshot.registry.kind} · ${snapshot.registry.status.state}`,
          ]
        : ['wait', 'connecting'];
  return (
    <p class={`state ${kind}`} role="status">
      {word}
    </p>
  );
}
