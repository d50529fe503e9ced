import { setTimeout } from 'node:timers/promises';
import { liveBytes } from '../meter.ts';
import { cpuUsOf, residentBytesOf } from '../process-cost.ts';
import { runSubject } from '../subject.ts';
import type { Figures } from '../suite.ts';
import { type Caller, type Load, startLoad } from './load.ts';

/** For the code to be compiled. */
const warmUpMs = 2_000;
const measuredMs = 1_500;

/**
 * The client's process of a pair: loads the server and measures both.
 *
 * @param connect Makes the client, of the addresses that the server listens on.
 */
export function runCaller(connect: (addresses: readonly string[]) => Promise<Caller>): void {
  runSubject(async ([load = '', pid = '', ...addresses]) => {
    const caller = await connect(addresses);
    const running = startLoad(caller, JSON.parse(load) as Load);
    await setTimeout(warmUpMs);
    const stop = startMeter(Number(pid));
    const before = running.answered;
    await setTimeout(measuredMs);
    const figures = stop(() => running.answered - before);
    await running.stop();
    return { ...figures, clientHeapBytes: await liveBytes() };
  });
}

/** Starts to measure this process and the server; what it returns stops, and says what it came to for each call. */
function startMeter(server: number): (answered: () => number) => Figures {
  const begun = performance.now();
  const ours = cpuUsOf(process.pid);
  const theirs = cpuUsOf(server);
  return (answered) => {
    const clientUs = cpuUsOf(process.pid) - ours;
    const serverUs = cpuUsOf(server) - theirs;
    const calls = answered();
    return {
      perSecond: (calls * 1_000) / (performance.now() - begun),
      clientUs: clientUs / calls,
      serverUs: serverUs / calls,
      clientRssBytes: residentBytesOf(process.pid),
      serverRssBytes: residentBytesOf(server),
    };
  };
}
