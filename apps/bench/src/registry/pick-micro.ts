import { setTimeout } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { registryOption } from '../../../../libs/rpc/src/resolver.ts';
import { type Flip, nowUs } from '../api-server/emitter.ts';
import { percentile } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openMicro } from './open-micro.ts';
import { registerPickProbe } from './pick-probe.ts';

/** When a host began to be picked, or was no longer. */
interface Sighting {
  readonly host: string;
  readonly picked: boolean;
  readonly seenAtUs: number;
}

runSubject(async ([url = '', service, count, warmUpMs], ready) => {
  const { registry } = openMicro(url);
  const sightings: Sighting[] = [];
  let last = new Set<string>();
  const { promise: complete, resolve: markComplete } = Promise.withResolvers<void>();
  registerPickProbe((hosts) => {
    const seenAtUs = nowUs();
    for (const host of last)
      if (!hosts.has(host)) sightings.push({ host, picked: false, seenAtUs });
    for (const host of hosts) if (!last.has(host)) sightings.push({ host, picked: true, seenAtUs });
    last = hosts;
    if (hosts.size === Number(count)) markComplete();
  });
  const options = { [registryOption]: registry };
  const client = new Client(`probe:///${service}`, credentials.createInsecure(), options);
  client.getChannel().getConnectivityState(true);
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
