import { useState } from 'preact/hooks';
import type { FieldSummary, MethodSummary, SchemaSummary } from '../src/schema.ts';
import { exampleText, readMetadata, readRequests, takesMany } from './request-text.ts';
import type { Call } from './send.ts';

/** The request as JSON, with what may go along, and the way to send it. */
export function RequestForm(props: {
  schema: SchemaSummary;
  method: MethodSummary;
  running: boolean;
  onSend: (call: Call) => void;
  onCancel: () => void;
}) {
  const { schema, method, running, onSend, onCancel } = props;
  const [text, setText] = useState(() => exampleText(method));
  const [metadata, setMetadata] = useState('');
  const [timeout, setTimeout] = useState('');
  const [problem, setProblem] = useState('');

  const submit = (event: Event): void => {
    event.preventDefault();
    if (running) return;
    try {
      onSend({
        service: schema.service,
        endpoint: method.endpoint,
        requests: readRequests(method, text),
        streams: method.kind !== 'unary',
        metadata: readMetadata(metadata),
        ...(timeout !== '' && { timeoutMs: Number(timeout) }),
      });
      setProblem('');
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
    if (event.key === 'Escape') onCancel();
  };
  return (
    <form onSubmit={submit} onKeyDown={onKeyDown}>
      <label class="field">
        <span>
          {takesMany(method) ? 'JSON list of' : 'JSON of'}{' '}
          <Fields name={method.input} fields={schema.messages[method.input] ?? []} />
        </span>
        <textarea
          class="code"
          spellcheck={false}
          rows={Math.min(16, Math.max(3, text.split('\n').length))}
          value={text}
          aria-invalid={problem !== ''}
          aria-describedby="problem"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <details>
        <summary>Metadata and timeout</summary>
        <label class="field">
          <span>Metadata, “key: value” a line</span>
          <textarea
            class="code"
            spellcheck={false}
            rows={2}
            value={metadata}
            onInput={({ currentTarget }) => setMetadata(currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Timeout in milliseconds</span>
          <input
            type="number"
            min="1"
            max="60000"
            value={timeout}
            onInput={({ currentTarget }) => setTimeout(currentTarget.value)}
          />
        </label>
      </details>
      <p id="problem" class="problem" role="alert">
        {problem}
      </p>
      <p class="actions">
        <button type="submit" disabled={running} title="Ctrl+Enter">
          Send
        </button>
        {running && (
          <button type="button" class="quiet" onClick={onCancel} title="Esc">
            Cancel
          </button>
        )}
      </p>
    </form>
  );
}

function Fields({ name, fields }: { name: string; fields: readonly FieldSummary[] }) {
  const words = fields.map(({ name: field, type, values }) =>
    values ? `${field}: ${values.join(' | ')}` : `${field}: ${type}`,
  );
  return (
    <code title={name}>
      {name.slice(name.lastIndexOf('.') + 1)} {`{ ${words.join(', ')} }`}
    </code>
  );
}
