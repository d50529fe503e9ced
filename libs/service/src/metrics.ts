import type { Registry as NodeRegistry, RegistryMeter } from '@micro/registry';
import type { Answered } from '@micro/rpc';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { type ClientMetrics, createClientMetrics } from './client-metrics.ts';
import { createRegistryMetrics } from './registry-metrics.ts';

/** What Prometheus is told of a service. */
export interface Metrics extends ClientMetrics {
  /** Counts an answered call. */
  answered(call: Answered): void;
  /** What the registry of the service reports to. */
  readonly meter: RegistryMeter;
  /** Shows how true that registry's picture is. */
  follow(registry: NodeRegistry): void;
  /** The text form, and its content type. */
  read(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Metrics by go-micro's names: `micro_request_total`, `micro_request_duration_seconds`. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const labelNames = ['endpoint', 'status'] as const;
  const total = new Counter({
    name: 'micro_request_total',
    help: 'Calls answered, by endpoint and by success or fail.',
    labelNames,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'micro_request_duration_seconds',
    help: 'How long calls took to be answered.',
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const { meter, follow } = createRegistryMetrics(registry);
  return {
    ...createClientMetrics(registry),
    meter,
    follow,
    answered({ endpoint, code, durationMs }) {
      const labels = { endpoint, status: code < 400 ? 'success' : 'fail' };
      total.inc(labels);
      duration.observe(labels, durationMs / 1000);
    },
    async read() {
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
