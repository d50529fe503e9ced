import { percentile } from '../meter.ts';
import type { Figures } from '../suite.ts';

/** Measures how events arrive, from the first to the last that is awaited. */
export interface WatchMeter {
  /** An event has been taken over. @param sentAt What it says itself, the last ten digits of `nowUs`. */
  see(sentAt: string | undefined, seenAtUs: number): void;
  readonly figures: Promise<Figures>;
}

/** Creates one that awaits so many events. */
export function createWatchMeter(count: number): WatchMeter {
  const latenciesMs: number[] = [];
  const { promise: figures, resolve } = Promise.withResolvers<Figures>();
  let cpu = process.cpuUsage();
  return {
    see(sentAt, seenAtUs) {
      if (latenciesMs.length === 0) cpu = process.cpuUsage();
      latenciesMs.push(((seenAtUs % 1e10) - Number(sentAt)) / 1_000);
      if (latenciesMs.length !== count) return;
      const { user, system } = process.cpuUsage(cpu);
      resolve({
        cpuUs: (user + system) / count,
        p50Ms: percentile(latenciesMs, 0.5),
        p99Ms: percentile(latenciesMs, 0.99),
      });
    },
    figures,
  };
}
