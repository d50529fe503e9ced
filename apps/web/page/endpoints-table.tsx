import type { Endpoint, Value } from '@micro/registry';
import { hrefOf, type Place } from './location.ts';

/** What a service answers on, as its registration says. */
export function EndpointsTable(props: { endpoints: readonly Endpoint[]; place: Place }) {
  const { endpoints, place } = props;
  return (
    <section>
      <h2 id="endpoints">Endpoints</h2>
      <div class="scroll">
        <table aria-labelledby="endpoints">
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col">Request</th>
              <th scope="col">Response</th>
            </tr>
          </thead>
          <tbody>
            {endpoints.map((endpoint) => (
              <Row key={endpoint.name} endpoint={endpoint} place={place} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ endpoint, place }: { endpoint: Endpoint; place: Place }) {
  const { name, request, response, metadata } = endpoint;
  const tags = Object.entries(metadata).filter(([, value]) => value === 'true');
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ ...place, endpoint: name })} data-go title={`Call ${name}`}>
          {name}
        </a>
        <span class="tags">
          {tags.map(([tag]) => (
            <span key={tag}>{tag}</span>
          ))}
        </span>
      </th>
      <td>{request && <Message value={request} />}</td>
      <td>{response && <Message value={response} />}</td>
    </tr>
  );
}

function Message({ value: { type, values } }: { value: Value }) {
  return (
    <code>
      {type} <span class="fields">{fields(values)}</span>
    </code>
  );
}

/** `{ name: string, child: Child { ok: bool } }` */
function fields(values: readonly Value[]): string {
  if (values.length === 0) return '{}';
  const words = values.map(({ name, type, values: inner }) =>
    inner.length > 0 ? `${name}: ${type} ${fields(inner)}` : `${name}: ${type}`,
  );
  return `{ ${words.join(', ')} }`;
}
