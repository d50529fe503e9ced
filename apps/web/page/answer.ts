import type { ErrorJson } from '@micro/rpc';
import type { JsonValue } from '@micro/rpc/dynamic';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Call, CallError, send } from './send.ts';

/** What has come of a call so far. */
export interface Answer {
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  /** The last ones, at most `maxShown`. */
  readonly messages: readonly JsonValue[];
  /** How many there were in all. */
  readonly count: number;
  /** How long it took, in milliseconds; 0 while it runs. */
  readonly ms: number;
  readonly error?: ErrorJson;
}

const maxShown = 500;

/** One call at a time: the answer of the last one, and ways to start and to cancel. */
export function useAnswer(): {
  answer: Answer | undefined;
  start: (call: Call) => void;
  cancel: () => void;
} {
  const [answer, setAnswer] = useState<Answer>();
  const running = useRef<AbortController>(undefined);
  const cancel = (): void => running.current?.abort();
  useEffect(() => cancel, []);

  const run = async (call: Call): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    const started = performance.now();
    let now: Answer = { state: 'running', messages: [], count: 0, ms: 0 };
    const show = (change: Partial<Answer>): void => {
      now = { ...now, ...change };
      // A call that another one took the place of has nothing to say any more.
      if (running.current === controller) setAnswer(now);
    };
    show({});
    try {
      for await (const messages of send(call, controller.signal))
        show({
          messages: [...now.messages, ...messages].slice(-maxShown),
          count: now.count + messages.length,
        });
      show({ state: 'done', ms: performance.now() - started });
    } catch (thrown) {
      const ms = performance.now() - started;
      if (controller.signal.aborted) show({ state: 'cancelled', ms });
      else show({ state: 'failed', ms, error: errorOf(thrown) });
    }
  };
  const start = (call: Call): void => {
    cancel();
    void run(call);
  };
  return { answer, start, cancel };
}

function errorOf(thrown: unknown): ErrorJson {
  if (thrown instanceof CallError) return thrown.json;
  return { id: '', code: 0, status: 'No answer', detail: 'the dashboard does not answer' };
}
