import type { ServiceSummary } from '../src/services.ts';
import { CallForm } from './call-form.tsx';
import { count } from './changes.ts';
import { EndpointsTable } from './endpoints-table.tsx';
import { hrefOf, type Place } from './location.ts';
import { NodesTable } from './nodes-table.tsx';

/** One service: its nodes, what they answer on, and a form to call it. */
export function ServiceDetail(props: { service: ServiceSummary | undefined; place: Place }) {
  const { service, place } = props;
  const close = (
    <a
      class="close"
      href={hrefOf({ filter: place.filter })}
      data-go
      aria-label="Close"
      title="Close"
    >
      ×
    </a>
  );
  if (!service)
    return (
      <article class="detail">
        <header>
          <h1>{place.service}</h1>
          {close}
        </header>
        <p class="none">Nobody is registered by this name now. If one comes, it shows up here.</p>
      </article>
    );
  const { name, versions, nodes, endpoints } = service;
  return (
    <article class="detail" aria-label={name}>
      <header>
        <h1>{name}</h1>
        {close}
        <p>
          {count(nodes.length, 'node')} · {count(endpoints.length, 'endpoint')} ·{' '}
          {versions.length === 1 ? 'version' : 'versions'} {versions.join(', ')}
        </p>
      </header>
      <NodesTable service={name} nodes={nodes} />
      {endpoints.length > 0 ? (
        <>
          <EndpointsTable endpoints={endpoints} place={place} />
          <CallForm service={service} place={place} />
        </>
      ) : (
        <p class="none">It is registered without endpoints: there is nothing to call.</p>
      )}
    </article>
  );
}
