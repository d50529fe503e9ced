import { liveBytes } from '../meter.ts';
import { cpuUsOf, residentBytesOf } from '../process-cost.ts';
import { runSubject } from '../subject.ts';
import type { Figures } from '../suite.ts';
import { type Caller, type Load, startLoad } from './load.ts';

/**
 * Calls for the code to be compiled, and calls that count. By number, not by time: on a machine that
 * does other things too, a slow warm-up would leave one of the two cold.
 */
const unary = { warmUp: 15_000, measured: 10_000 };
/** The same of messages, which cost a tenth. */
const streamed = { warmUp: 150_000, measured: 100_000 };

/**
 * The client's process of a pair: loads the server and measures both.
 *
 * @param connect Makes the client, of the addresses that the server listens on.
 */
export function runCaller(connect: (addresses: readonly string[]) => Promise<Caller>): void {
  runSubject(async ([text = '', pid = '', ...addresses]) => {
    const load = JSON.parse(text) as Load;
    const { warmUp, measured } = 'letters' in load ? unary : streamed;
    const running = startLoad(await connect(addresses), load);
    await running.reach(warmUp);
    const stop = startMeter(Number(pid));
    await running.reach(warmUp + measured);
    const figures = stop(measured);
    await running.stop();
    return { ...figures, clientHeapBytes: await liveBytes() };
  });
}

/** Starts to measure this process and the server; what it returns stops, and says what each call took. */
function startMeter(server: number): (calls: number) => Figures {
  const begun = performance.now();
  const ours = cpuUsOf(process.pid);
  const theirs = cpuUsOf(server);
  return (calls) => {
    const clientUs = cpuUsOf(process.pid) - ours;
    const serverUs = cpuUsOf(server) - theirs;
    return {
      perSecond: (calls * 1_000) / (performance.now() - begun),
      clientUs: clientUs / calls,
      serverUs: serverUs / calls,
      clientRssBytes: residentBytesOf(process.pid),
      serverRssBytes: residentBytesOf(server),
    };
  };
}
