import { useEffect, useState } from 'preact/hooks';
import type { Snapshot } from '../src/live.ts';
import { describeChanges } from './changes.ts';

/** What is known of the registry, and whether it is still true. */
export interface Live {
  /** `lost` while the dashboard itself can't be reached: the last snapshot is kept. */
  readonly connection: 'connecting' | 'open' | 'lost';
  /** When the snapshot came, in milliseconds since 1970. */
  readonly heardAt: number;
  readonly snapshot?: Snapshot;
  /** The last change, in words for people. */
  readonly news?: { readonly text: string; readonly at: number };
}

const retryMs = 1_000;

/** Follows the dashboard's events for as long as the page is looked at. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ connection: 'connecting', heardAt: Date.now() });
  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const leave = (): void => {
      clearTimeout(retry);
      source?.close();
      source = undefined;
    };
    const enter = (): void => {
      leave();
      source = new EventSource('api/events');
      source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
        const snapshot = JSON.parse(data) as Snapshot;
        setLive((last) => {
          const text = describeChanges(last.snapshot, snapshot);
          const at = Date.now();
          return {
            ...last,
            connection: 'open',
            heardAt: at,
            snapshot,
            ...(text && { news: { text, at } }),
          };
        });
      });
      // A browser tries again by itself after some failures only; this way it is after all of them.
      source.addEventListener('error', () => {
        leave();
        retry = setTimeout(enter, retryMs);
        setLive((last) => (last.connection === 'lost' ? last : { ...last, connection: 'lost' }));
      });
    };
    // A browser has six connections to a server for all its tabs: those nobody sees need none.
    const onVisibility = (): void => (document.hidden ? leave() : enter());
    document.addEventListener('visibilitychange', onVisibility);
    onVisibility();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      leave();
    };
  }, []);
  return live;
}
