import type { FakeApiServer, Fault, ManualClock, PodDriver } from '@micro/testing';
import fc from 'fast-check';

/** Where a story happens. */
export interface World {
  readonly server: FakeApiServer;
  readonly driver: PodDriver;
  readonly clock: ManualClock;
  /** What is true of each pod that there is. */
  readonly pods: Map<string, Truth>;
}

export interface Truth {
  readonly ready: boolean;
  /** The version it is registered with; undefined where it is not, or can't be read. */
  readonly version: string | undefined;
}

/** One thing that happens, and its name for the report of a story that fails. */
export interface Event {
  readonly name: string;
  happens(world: World): Promise<void> | void;
}

/** The address of a pod's node without its port. */
export function addressOf(pod: string): string {
  return `10.0.0.${pods.indexOf(pod) + 1}`;
}

const pods = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];
const anyPod = fc.constantFrom(...pods);

const created: fc.Arbitrary<Event> = anyPod.map((pod) => ({
  name: `create ${pod}`,
  async happens({ driver, pods }) {
    if (pods.has(pod)) return;
    pods.set(pod, { ready: true, version: '1' });
    await driver.create(pod);
    await driver.setMetadata(pod, registration(record(pod, '1')));
    await driver.run(pod, addressOf(pod));
  },
}));

const deleted: fc.Arbitrary<Event> = anyPod.map((pod) => ({
  name: `delete ${pod}`,
  async happens({ driver, pods }) {
    if (pods.delete(pod)) await driver.delete(pod);
  },
}));

const registered: fc.Arbitrary<Event> = fc
  .tuple(anyPod, fc.constantFrom('1', '2', 'broken', 'none'))
  .map(([pod, version]) => ({
    name: `register ${pod} as ${version}`,
    async happens({ driver, pods }) {
      const truth = pods.get(pod);
      if (!truth) return;
      const good = version === '1' || version === '2';
      pods.set(pod, { ...truth, version: good ? version : undefined });
      const text = version === 'none' ? null : good ? record(pod, version) : '{"name":';
      await driver.setMetadata(pod, registration(text));
    },
  }));

const probed: fc.Arbitrary<Event> = fc.tuple(anyPod, fc.boolean()).map(([pod, ready]) => ({
  name: `${pod} is ${ready ? '' : 'not '}ready`,
  async happens({ driver, pods }) {
    const truth = pods.get(pod);
    if (!truth) return;
    pods.set(pod, { ...truth, ready });
    await driver.run(pod, addressOf(pod), ready);
  },
}));

const disturbed: fc.Arbitrary<Event> = fc
  .constantFrom('drop', 'end', 'mute', 'bookmark')
  .map((how) => ({ name: `watches: ${how}`, happens: ({ server }) => server.watchers[how]() }));

const compacted: fc.Arbitrary<Event> = fc.constant({
  name: 'compact',
  happens: ({ server }) => server.compact(),
});

const faults: Fault[] = [
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'stall' },
  { kind: 'cut' },
  { kind: 'bytewise' },
  { kind: 'html' },
  { kind: 'slow', bytesPerSecond: 1_000 },
  { kind: 'status', status: 429, retryAfterSeconds: 7 },
  ...[401, 403, 410, 429, 500, 503, 504].map((status) => ({ kind: 'status', status }) as const),
];
const failed: fc.Arbitrary<Event> = fc
  .tuple(fc.constantFrom(...faults), fc.constantFrom('list', 'watch'), fc.nat({ max: 3 }))
  .map(([fault, verb, count]) => ({
    name: `the next ${count} of ${verb}: ${JSON.stringify(fault)}`,
    happens: ({ server }) => server.faults.next(count, fault, verb),
  }));

const watchFaults: Parameters<FakeApiServer['watchers']['show']>[0][] = [
  { kind: 'half-event' },
  { kind: 'garbage' },
  { kind: 'unknown-type' },
  { kind: 'no-metadata' },
  { kind: 'huge-event' },
  { kind: 'error', status: 410 },
  { kind: 'error', status: 500 },
  { kind: 'replay', events: 3 },
];
const broken: fc.Arbitrary<Event> = fc.constantFrom(...watchFaults).map((fault) => ({
  name: `watches: ${JSON.stringify(fault)}`,
  happens: ({ server }) => server.watchers.show(fault),
}));

const passed: fc.Arbitrary<Event> = fc.integer({ min: 1, max: 100_000 }).map((ms) => ({
  name: `${ms} ms pass`,
  happens: ({ clock }) => clock.advance(ms),
}));

const breathed: fc.Arbitrary<Event> = fc.constant({
  name: 'packets arrive',
  async happens() {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  },
});

/** Anything that may happen. */
export const event: fc.Arbitrary<Event> = fc
  .oneof(
    { weight: 4, arbitrary: created },
    { weight: 3, arbitrary: registered },
    { weight: 3, arbitrary: probed },
    { weight: 1, arbitrary: deleted },
    { weight: 2, arbitrary: disturbed },
    { weight: 1, arbitrary: compacted },
    { weight: 2, arbitrary: failed },
    { weight: 2, arbitrary: broken },
    { weight: 2, arbitrary: passed },
    { weight: 2, arbitrary: breathed },
  )
  .map((one) => ({ ...one, [fc.toStringMethod]: () => one.name }));

const keys = {
  type: 'micro.mu/type',
  selector: 'micro.mu/selector-a',
  record: 'micro.mu/service-a',
};

/** The metadata of a pod that registers a record, or withdraws it. */
function registration(text: string | null) {
  const label = text === null ? null : 'service';
  return {
    labels: { [keys.type]: label, [keys.selector]: label },
    annotations: { [keys.record]: text },
  };
}

function record(pod: string, version: string): string {
  const nodes = [{ id: pod, address: `${addressOf(pod)}:9090`, metadata: null }];
  return JSON.stringify({ name: 'a', version, metadata: null, endpoints: null, nodes });
}
