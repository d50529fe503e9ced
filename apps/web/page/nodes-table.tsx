import type { NodeSummary } from '../src/services.ts';
import { Pairs } from './pairs.tsx';

/** The processes of a service; what all of them say of themselves is said once. */
export function NodesTable({ service, nodes }: { service: string; nodes: readonly NodeSummary[] }) {
  const pairs = nodes.map((node) => Object.entries(node.metadata));
  const shared = (pairs[0] ?? []).filter(([key, value]) =>
    nodes.every((node) => node.metadata[key] === value),
  );
  const sharedKeys = new Set(shared.map(([key]) => key));
  const own = pairs.map((entries) => entries.filter(([key]) => !sharedKeys.has(key)));
  const differ = own.some((entries) => entries.length > 0);
  return (
    <section>
      <h2 id="nodes">Nodes</h2>
      <Pairs entries={shared} />
      <div class="scroll">
        <table aria-labelledby="nodes">
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Version</th>
              <th scope="col">Address</th>
              {differ && <th scope="col">Metadata</th>}
            </tr>
          </thead>
          <tbody>
            {nodes.map(({ id, version, address }, at) => (
              <tr key={`${id} ${address}`}>
                <th scope="row" title={id}>
                  <code>{shorten(id, service)}</code>
                </th>
                <td>{version}</td>
                <td>
                  <code class="address">{address}</code>
                </td>
                {differ && (
                  <td>
                    <Pairs entries={own[at] ?? []} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** By convention ids begin with the service's name, which everybody sees above. */
function shorten(id: string, service: string): string {
  return id.startsWith(`${service}-`) ? id.slice(service.length + 1) : id;
}
