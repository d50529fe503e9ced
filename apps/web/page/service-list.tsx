import { useEffect, useRef } from 'preact/hooks';
import type { ServiceSummary } from '../src/services.ts';
import { count } from './changes.ts';
import { go, hrefOf, type Place } from './location.ts';
import { ServiceName } from './service-name.tsx';

/** All services that match the filter, in a table. */
export function ServiceList(props: { services: readonly ServiceSummary[]; place: Place }) {
  const { services, place } = props;
  const words = place.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = services.filter((service) => words.every((word) => matches(service, word)));
  return (
    <section class="list" aria-label="Services">
      <Filter place={place} shown={shown.length} all={services.length} />
      {shown.length === 0 ? (
        <p class="none">
          No service matches “{place.filter}”.{' '}
          <a href={hrefOf({ ...place, filter: '' })} data-go>
            Show all
          </a>
        </p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Version</th>
              <th scope="col" class="number">
                Nodes
              </th>
              <th scope="col" class="number roomy">
                Endpoints
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((service) => (
              <Row key={service.name} service={service} place={place} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ service, place }: { service: ServiceSummary; place: Place }) {
  const { name, versions, nodes, endpoints } = service;
  const current = name === place.service ? 'true' : undefined;
  return (
    <tr aria-current={current}>
      <th scope="row">
        <a href={hrefOf({ filter: place.filter, service: name })} data-go>
          <ServiceName name={name} />
        </a>
      </th>
      <td>{versions.join(', ')}</td>
      <td class="number">{nodes.length}</td>
      <td class="number roomy">{endpoints.length}</td>
    </tr>
  );
}

function Filter({ place, shown, all }: { place: Place; shown: number; all: number }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = (event.target as Element).matches('input, textarea, select');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div class="filter">
      <input
        ref={input}
        type="search"
        aria-label="Filter services"
        placeholder="Filter services  ( / )"
        value={place.filter}
        onInput={({ currentTarget }) =>
          go({ ...place, filter: currentTarget.value }, { replace: true })
        }
      />
      <span aria-live="polite">{shown === all ? count(all, 'service') : `${shown} of ${all}`}</span>
    </div>
  );
}

/** Name, version, address and endpoints are what people remember of a service. */
function matches({ name, nodes, endpoints }: ServiceSummary, word: string): boolean {
  const has = (text: string): boolean => text.toLowerCase().includes(word);
  return (
    has(name) ||
    nodes.some((node) => has(node.version) || has(node.address) || has(node.id)) ||
    endpoints.some((endpoint) => has(endpoint.name))
  );
}
