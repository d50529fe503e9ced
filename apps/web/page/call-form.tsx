import { useEffect, useRef } from 'preact/hooks';
import type { MethodSummary, SchemaSummary } from '../src/schema.ts';
import type { ServiceSummary } from '../src/services.ts';
import { useAnswer } from './answer.ts';
import { AnswerView } from './answer-view.tsx';
import { ErrorView } from './error-view.tsx';
import { go, type Place } from './location.ts';
import { RequestForm } from './request-form.tsx';
import { useSchema } from './schema.ts';

/** A form to call a service with, made from the schema the service tells of itself. */
export function CallForm({ service, place }: { service: ServiceSummary; place: Place }) {
  const learned = useSchema(service.name, service.versions.join());
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (place.endpoint !== '') section.current?.scrollIntoView({ block: 'nearest' });
  }, [place.endpoint, learned.state]);
  return (
    <section class="call" ref={section}>
      <h2>Call</h2>
      {learned.state === 'learning' && <p class="none">Asking the service for its schema…</p>}
      {learned.state === 'failed' && <ErrorView error={learned.error} />}
      {learned.state === 'learned' && <Methods schema={learned.schema} place={place} />}
    </section>
  );
}

function Methods({ schema, place }: { schema: SchemaSummary; place: Place }) {
  const { methods } = schema;
  const method = methods.find(({ endpoint }) => endpoint === place.endpoint) ?? methods[0];
  if (!method) return <p class="none">The service tells of no method that can be called.</p>;
  return (
    <>
      <label class="field">
        <span>Endpoint</span>
        <select
          value={method.endpoint}
          onChange={({ currentTarget }) =>
            go({ ...place, endpoint: currentTarget.value }, { replace: true })
          }
        >
          {methods.map(({ endpoint, kind }) => (
            <option key={endpoint} value={endpoint}>
              {endpoint} ({kind.replace('_', ' ')})
            </option>
          ))}
        </select>
      </label>
      <Method key={method.endpoint} schema={schema} method={method} />
    </>
  );
}

function Method({ schema, method }: { schema: SchemaSummary; method: MethodSummary }) {
  const { answer, start, cancel } = useAnswer();
  return (
    <>
      <RequestForm
        schema={schema}
        method={method}
        running={answer?.state === 'running'}
        onSend={start}
        onCancel={cancel}
      />
      {answer && <AnswerView answer={answer} streams={method.kind !== 'unary'} />}
    </>
  );
}
