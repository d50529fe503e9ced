import { useEffect } from 'preact/hooks';
import { Banner } from './banner.tsx';
import { EmptyState } from './empty-state.tsx';
import { useLive } from './live.ts';
import { followLink, usePlace } from './location.ts';
import { RegistryState } from './registry-state.tsx';
import { ServiceDetail } from './service-detail.tsx';
import { ServiceList } from './service-list.tsx';

/** The whole page: news and state on top, services beside the one that is chosen. */
export function App() {
  const place = usePlace();
  const live = useLive();
  const { snapshot, connection, news } = live;
  useEffect(() => {
    document.title = place.service === '' ? 'micro' : `${place.service} · micro`;
  }, [place.service]);
  useEffect(() => {
    document.addEventListener('click', followLink);
    return () => document.removeEventListener('click', followLink);
  }, []);

  const old = connection === 'lost' || snapshot?.registry.status.state === 'stale';
  const chosen = snapshot?.services.find(({ name }) => name === place.service);
  return (
    <>
      <header class="top">
        <a class="brand" href="." data-go>
          <img src="icon.svg" alt="" width="22" height="22" />
          micro
        </a>
        <p class="news" role="status">
          {news && `${new Date(news.at).toLocaleTimeString()} ${news.text}`}
        </p>
        <RegistryState live={live} />
      </header>
      <Banner live={live} />
      <main class={place.service === '' ? 'one' : 'two'} data-old={old}>
        {snapshot && snapshot.services.length > 0 && (
          <ServiceList services={snapshot.services} place={place} />
        )}
        {snapshot?.services.length === 0 && <EmptyState registry={snapshot.registry} />}
        {snapshot && place.service !== '' && (
          <ServiceDetail key={place.service} service={chosen} place={place} />
        )}
      </main>
    </>
  );
}
