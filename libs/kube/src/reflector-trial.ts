import { createFakeApiServer, createManualClock, createPodDriver } from '@micro/testing';
import { createKubeClient } from './client.ts';
import { type ReflectOptions, type Reflector, type ReflectorState, reflect } from './reflector.ts';
import { podsPath } from './request-path.ts';

export const labelSelector = 'micro.mu/type=service';
export const labels = { 'micro.mu/type': 'service' };

/** A reflector of a fake API server's pods, with time that is moved by hand, for its tests. */
export async function createReflectorTrial() {
  let server = await createFakeApiServer();
  const client = createKubeClient(server.config());
  const clock = createManualClock();
  const seen: string[] = [];
  const states: ReflectorState[] = [];
  const faults: unknown[] = [];
  let wakers: (() => void)[] = [];
  let reflector: Reflector<string> | undefined;

  const wake = (): void => {
    const due = wakers;
    wakers = [];
    for (const waker of due) waker();
  };
  /** Waits for what the reflector tells, not for time. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => wakers.push(resolve));
  };
  const is = (state: ReflectorState['state']): boolean => reflector?.state.state === state;
  const streaming = (): boolean => is('streaming');
  const waiting = (): boolean => is('waiting');
  /** Lets the wait end that the reflector is in. */
  const waitOver = async (): Promise<void> => {
    await until(waiting);
    const state = reflector?.state;
    if (state?.state === 'waiting') clock.advance(state.delayMs);
    await until(() => reflector?.state !== state);
  };

  return {
    clock,
    pods: createPodDriver(client.request, 'micro'),
    /** What changed: `name before → after`. */
    seen,
    states,
    faults,
    wake,
    until,
    streaming,
    waiting,
    waitOver,
    get server() {
      return server;
    },
    get state() {
      return reflector?.state;
    },
    get names() {
      return [...(reflector?.values.keys() ?? [])];
    },
    /** Starts the reflector and waits for its first watch. */
    async start(options: Partial<ReflectOptions<string>> = {}): Promise<void> {
      reflector = reflect<string>({
        client,
        path: podsPath('micro'),
        labelSelector,
        project: ({ metadata }) => metadata.annotations?.['text'] ?? '',
        onChange(changes) {
          for (const { key, before, after } of changes)
            seen.push(`${key.replace('micro/', '')} ${before} → ${after}`);
          wake();
        },
        onState(state) {
          states.push(state);
          wake();
        },
        onFault: (fault) => faults.push(fault),
        clock,
        random: () => 0.5,
        ...options,
      });
      await until(streaming);
    },
    async stop(): Promise<void> {
      await reflector?.stop();
    },
    /** Lets wait after wait end until it holds. */
    async recovered(holds: () => boolean = streaming): Promise<void> {
      for (;;) {
        await until(() => waiting() || holds());
        if (holds()) return;
        await waitOver();
      }
    },
    /** The versions that requests of a verb asked for. */
    requested: (verb: string) =>
      server.requests
        .filter((request) => request.verb === verb)
        .map(({ query }) => query.get('resourceVersion')),
    /** Comes back where the server was, with nothing in it. */
    async renewServer(): Promise<void> {
      await server.close();
      server = await createFakeApiServer({ port: Number(new URL(server.url).port) });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await reflector?.stop();
      client.close();
      await server.close();
    },
  };
}
