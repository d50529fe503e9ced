import type { ClientMeter, MemberCounts } from '@micro/rpc';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What Prometheus is told of the calls a service makes. */
export interface ClientMetrics {
  readonly clientMeter: ClientMeter;
  /** Shows the nodes it is connected to whenever it is read. */
  followNodes(counts: () => MemberCounts): void;
}

/** The number of series is fixed: every label is from a closed list, and none names a service or a node. */
export function createClientMetrics(register: Registry): ClientMetrics {
  const registers = [register];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `micro_client_${name}_total`, help, labelNames, registers });
  const picks = counter('picks', 'Nodes chosen for a call or one more try of it.', ['zone']);
  const retries = counter('retries', 'Calls made once more.', ['reason']);
  const ejections = counter('ejections', 'Nodes left out for a while.', ['reason']);
  const readmissions = counter('readmissions', 'Nodes that get calls again.');
  // Picks are many, and a label costs each of them a search.
  const byZone = {
    local: picks.labels('local'),
    other: picks.labels('other'),
    unknown: picks.labels('unknown'),
  };

  return {
    clientMeter: {
      picked: (zone) => byZone[zone].inc(),
      retried: (reason) => retries.inc({ reason }),
      ejected: (reason) => ejections.inc({ reason }),
      readmitted: () => readmissions.inc(),
    },
    followNodes(counts) {
      new Gauge({
        name: 'micro_client_nodes',
        help: 'Nodes of called services, by the state of the connection.',
        labelNames: ['state'],
        registers,
        collect() {
          for (const [state, count] of Object.entries(counts())) this.set({ state }, count);
        },
      });
    },
  };
}
