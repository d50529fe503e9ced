import { createFakeApiServer, createManualClock, createPodDriver } from '@micro/testing';
import { createKubeClient } from '../client.ts';
import { type ReflectOptions, type Reflector, type ReflectorState, reflect } from './reflector.ts';

export const labelSelector = 'micro.mu/type=service';
export const labels = { 'micro.mu/type': 'service' };

/** What the trial keeps of a pod. */
interface Kept {
  readonly name: string;
  readonly text: string;
}

/** A reflector of a fake API server's pods, with time that is moved by hand, for its tests. */
export async function createReflectorTrial({ watchList = true } = {}) {
  const clock = createManualClock();
  let server = await createFakeApiServer({ clock, watchList });
  const client = createKubeClient(server.config(), { clock });
  const seen: string[] = [];
  const states: ReflectorState[] = [];
  const faults: unknown[] = [];
  let wakers: (() => void)[] = [];
  let reflector: Reflector<Kept> | undefined;

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
    client,
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
    get silentMs() {
      return reflector?.silentMs;
    },
    get names() {
      return [...(reflector?.values.values() ?? [])].map(({ name }) => name);
    },
    /** Starts the reflector and waits for its first watch. */
    async start(options: Partial<ReflectOptions<Kept>> = {}): Promise<void> {
      reflector = reflect<Kept>({
        client,
        namespace: 'micro',
        labelSelector,
        project({ metadata: { name, annotations } }, before) {
          const text = annotations['text'] ?? '';
          return before?.name === name && before.text === text ? before : { name, text };
        },
        onChange(changes) {
          for (const { before, after } of changes)
            seen.push(`${(after ?? before)?.name} ${before?.text} → ${after?.text}`);
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
    /**
     * What it asked for, in order: `all 0` for all there is, however it did so, `from 7` for what
     * came after a version.
     */
    get asked(): string[] {
      const refused = server.watchList ? undefined : 'true';
      const asked = server.requests.flatMap(({ verb, query }) => {
        const version = query.get('resourceVersion') || 'etcd';
        const initial = query.get('sendInitialEvents');
        if (verb === 'list') return [query.has('continue') ? 'more' : `all ${version}`];
        if (verb !== 'watch' || initial === (refused ?? 'never')) return [];
        return [initial ? `all ${version}` : `from ${version}`];
      });
      // The watch that belongs to a list is one with it.
      return asked.filter(
        (what, at) =>
          !(!server.watchList && what.startsWith('from') && asked[at - 1]?.startsWith('all')),
      );
    },
    /** Comes back where the server was, with nothing in it. */
    async renewServer(): Promise<void> {
      await server.close();
      const { port } = new URL(server.url);
      server = await createFakeApiServer({ port: Number(port), clock, watchList });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await reflector?.stop();
      client.close();
      await server.close();
    },
  };
}
