import type { JsonValue } from '@micro/rpc/dynamic';
import { useEffect, useRef } from 'preact/hooks';
import type { Answer } from './answer.ts';
import { count } from './changes.ts';
import { ErrorView } from './error-view.tsx';

/** Longer texts make a browser slow, and nobody reads them to the end. */
const maxText = 100_000;

/** What came of a call: how it went, how long it took, and what was said. */
export function AnswerView({ answer, streams }: { answer: Answer; streams: boolean }) {
  const { state, messages, count: all, ms, error } = answer;
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.scrollIntoView({ block: 'nearest' }), [state]);
  const time = ms < 10 ? ms.toFixed(1) : Math.round(ms).toString();
  return (
    <section class="answer" aria-label="Answer" ref={section}>
      <p class={`outcome ${state}`} role="status">
        <strong>{words[state]}</strong>
        {streams && <span>{count(all, 'message')}</span>}
        {state !== 'running' && <span>{time} ms</span>}
        {all > messages.length && <span>the last {messages.length} are shown</span>}
      </p>
      {error && <ErrorView error={error} />}
      {streams
        ? messages.length > 0 && (
            <pre class="lines">
              <code>{cut(messages.map(line).join('\n'))}</code>
            </pre>
          )
        : messages.map((message) => <pre key="one">{cut(JSON.stringify(message, null, 2))}</pre>)}
    </section>
  );
}

const words = { running: 'Waiting…', done: 'OK', cancelled: 'Cancelled', failed: 'Failed' };

function line(message: JsonValue): string {
  return JSON.stringify(message);
}

function cut(text: string): string {
  if (text.length <= maxText) return text;
  return `${text.slice(0, maxText)}\n… ${text.length - maxText} characters more`;
}
