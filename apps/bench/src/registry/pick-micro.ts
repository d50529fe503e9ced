import { setTimeout } from 'node:timers/promises';
import { createChannels } from '../../../../libs/rpc/src/client/channels.ts';
import type {
  Connection,
  ConnectionOptions,
} from '../../../../libs/rpc/src/transport/transport.ts';
import { type Flip, nowUs } from '../api-server/emitter.ts';
import { percentile } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openMicro } from './open-micro.ts';

/** When a host began to be picked, or was no longer. */
interface Sighting {
  readonly host: string;
  readonly picked: boolean;
  readonly seenAtUs: number;
}

runSubject(async ([url = '', service = '', count, warmUpMs], ready) => {
  const { registry } = openMicro(url);
  const sightings: Sighting[] = [];
  const { promise: complete, resolve: markComplete } = Promise.withResolvers<void>();
  let open = 0;
  const see = (address: string, picked: boolean): void => {
    const host = address.replace(/:\d+$/, '');
    sightings.push({ host, picked, seenAtUs: nowUs() });
    open += picked ? 1 : -1;
    if (open === Number(count)) markComplete();
  };
  // A node can be picked from when it is connected until its connection is closed, which takes no time here.
  const connect = ({ address }: ConnectionOptions): Connection => {
    see(address, true);
    return {
      state: 'ready',
      connect() {},
      call() {
        throw new Error('expected no calls');
      },
      close: () => see(address, false),
    };
  };
  createChannels(registry, { transport: { connect }, maxNodes: Number(count) }).open(service);
  await complete;

  const all = (await ready()) as Flip[]; // What the emission told of itself.
  const warmAtUs = (all[0]?.sentAtUs ?? 0) + Number(warmUpMs) * 1_000;
  const flips = all.filter(({ sentAtUs }) => sentAtUs >= warmAtUs);
  await setTimeout(500);
  const latenciesMs = (running: boolean): number[] =>
    flips.filter((flip) => flip.running === running).map((flip) => latencyMs(flip, sightings));
  const [leaving, coming] = [latenciesMs(false), latenciesMs(true)];
  return {
    leaveP50Ms: percentile(leaving, 0.5),
    leaveP99Ms: percentile(leaving, 0.99),
    comeP50Ms: percentile(coming, 0.5),
    comeP99Ms: percentile(coming, 0.99),
  };
});

function latencyMs({ ip, running, sentAtUs }: Flip, sightings: readonly Sighting[]): number {
  const seen = sightings.find(
    ({ host, picked, seenAtUs }) => host === ip && picked === running && seenAtUs >= sentAtUs,
  );
  if (!seen) throw new Error(`expected picks to ${running ? 'take in' : 'leave out'} ${ip}`);
  return (seen.seenAtUs - sentAtUs) / 1_000;
}
