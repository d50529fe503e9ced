import { Refusal } from './api-status.ts';
import { breakEvents } from './broken-events.ts';
import type { ObjectEncoding } from './object-encoding.ts';
import type { Outlet } from './outlet.ts';

/** What can happen to an open watch. */
export type WatchFault =
  /** It ends in the middle of an event, as if that were the end. */
  | { readonly kind: 'half-event' }
  /** Bytes where an event should be. */
  | { readonly kind: 'garbage' }
  | { readonly kind: 'unknown-type' }
  | { readonly kind: 'no-metadata' }
  /** An event that says it is 100 MB long; as JSON, one of 5 MiB without an end. */
  | { readonly kind: 'huge-event' }
  /** An ERROR event, and the end. */
  | { readonly kind: 'error'; readonly status: number }
  /** The last so many events once more, in their order. */
  | { readonly kind: 'replay'; readonly events: number }
  /** The next so many events come when all are there, the last one first. */
  | { readonly kind: 'reorder'; readonly events: number }
  /** The next so many events do not come. */
  | { readonly kind: 'lose'; readonly events: number };

/** The answer to a watch: events, as they are or as a fault makes them. */
export interface EventStream {
  send(type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR', object: unknown): void;
  end(): void;
  show(fault: WatchFault): void;
  /** Sends nothing from now on. */
  mute(): void;
}

/** Begins the answer to a watch. */
export function createEventStream(outlet: Outlet, encoding: ObjectEncoding): EventStream {
  outlet.begin(200, { 'content-type': encoding.streamType });
  const broken = breakEvents(encoding);
  const sent: Buffer[] = [];
  let muted = false;
  let lose = 0;
  let held: { readonly events: Buffer[]; readonly wanted: number } | undefined;

  const write = (bytes: Buffer): void => {
    if (!muted) outlet.write(bytes);
  };

  return {
    send(type, object) {
      const event = encoding.event(type, object);
      if (type === 'BOOKMARK' || type === 'ERROR') write(event);
      else if (lose > 0) lose--;
      else if (held) {
        if (held.events.push(event) < held.wanted) return;
        for (const late of held.events.reverse()) write(late);
        held = undefined;
      } else {
        sent.push(event);
        write(event);
      }
    },
    show(fault) {
      switch (fault.kind) {
        case 'half-event':
          write(broken.half);
          outlet.end();
          return;
        case 'garbage':
          write(broken.garbage);
          return;
        case 'unknown-type':
          write(broken.unknownType);
          return;
        case 'no-metadata':
          write(broken.withoutMetadata);
          return;
        case 'huge-event':
          write(broken.huge());
          return;
        case 'error': {
          const refusal = new Refusal(fault.status, `scripted fault ${fault.status}`);
          write(encoding.event('ERROR', refusal.status));
          outlet.end();
          return;
        }
        case 'replay':
          for (const event of sent.slice(-fault.events)) write(event);
          return;
        case 'reorder':
          held = { events: [], wanted: fault.events };
          return;
        case 'lose':
          lose += fault.events;
          return;
      }
    },
    end: outlet.end,
    mute() {
      muted = true;
    },
  };
}
