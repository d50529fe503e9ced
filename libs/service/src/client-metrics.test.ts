import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createClientMetrics } from './client-metrics.ts';

test('calls made are counted by labels from closed lists, and nodes shown by state', async () => {
  const registry = new Registry();
  const { clientMeter, followNodes } = createClientMetrics(registry);
  clientMeter.picked('local');
  clientMeter.picked('local');
  clientMeter.retried('refused');
  clientMeter.ejected('silent');
  clientMeter.readmitted();
  followNodes(() => ({ ready: 3, ejected: 1, connecting: 0, idle: 0, failed: 2, leaving: 0 }));
  const text = await registry.metrics();
  for (const line of [
    'micro_client_picks_total{zone="local"} 2',
    'micro_client_retries_total{reason="refused"} 1',
    'micro_client_ejections_total{reason="silent"} 1',
    'micro_client_readmissions_total 1',
    'micro_client_nodes{state="ready"} 3',
    'micro_client_nodes{state="failed"} 2',
  ])
    expect(text).toContain(line);
});
