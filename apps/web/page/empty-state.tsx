import type { Snapshot } from '../src/live.ts';

/** What to do where nobody is. */
export function EmptyState({ registry: { kind } }: { registry: Snapshot['registry'] }) {
  return (
    <section class="empty">
      <h1>No services in registry {kind} yet</h1>
      <p>They show up here by themselves as soon as they register.</p>
      {kind === 'kubernetes' ? (
        <p>
          See whether any pod has: <code>kubectl get pods -l micro.mu/type=service</code>
        </p>
      ) : (
        <p>
          Start one: <code>node apps/greeter/src/main.ts --registry={kind}</code>
        </p>
      )}
    </section>
  );
}
