import { useEffect, useState } from 'preact/hooks';

/** What the address of the page says is looked at; a bookmark of it shows the same. */
export interface Place {
  /** The text services are filtered by. */
  readonly filter: string;
  /** The service that is shown; none if empty. */
  readonly service: string;
  /** The endpoint the form calls; the first one if empty. */
  readonly endpoint: string;
}

const nowhere: Place = { filter: '', service: '', endpoint: '' };

/** The address of a place, for links. */
export function hrefOf(place: Partial<Place>): string {
  const entries = Object.entries({ ...nowhere, ...place }).filter(([, value]) => value !== '');
  const search = new URLSearchParams(entries).toString();
  return search === '' ? '.' : `?${search}`;
}

/** Goes to a place without loading the page again. `replace` leaves no step back to the last one. */
export function go(place: Partial<Place>, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', hrefOf(place));
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Makes links within the page `go` where they lead; those to open elsewhere are left to the browser. */
export function followLink(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest('a');
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  if (!link || elsewhere || !link.hasAttribute('data-go')) return;
  event.preventDefault();
  go(read(link.search));
}

/** Where the page is, now and after each step. */
export function usePlace(): Place {
  const [place, setPlace] = useState(() => read(location.search));
  useEffect(() => {
    const onStep = (): void => setPlace(read(location.search));
    addEventListener('popstate', onStep);
    return () => removeEventListener('popstate', onStep);
  }, []);
  return place;
}

function read(search: string): Place {
  const entries = new URLSearchParams(search);
  const text = (key: keyof Place): string => entries.get(key) ?? '';
  return { filter: text('filter'), service: text('service'), endpoint: text('endpoint') };
}
