import type { Counts, Registry as NodeRegistry, RegistryMeter } from '@micro/registry';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What Prometheus is told of the registry a service uses. */
export interface RegistryMetrics {
  readonly meter: RegistryMeter;
  /** Shows the status of a registry whenever it is read. */
  follow(registry: NodeRegistry): void;
}

/** The number of series is fixed: every label is from a closed list, and none names a service or a pod. */
export function createRegistryMetrics(register: Registry): RegistryMetrics {
  const registers = [register];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `micro_registry_${name}_total`, help, labelNames, registers });
  const listings = counter('listings', 'Complete pictures taken from the source.');
  const listed = counter('listing_seconds', 'Time that complete pictures took.');
  const interruptions = counter('interruptions', 'Breaks in following the source.', ['reason']);
  const received = counter('received_bytes', 'Bytes of changes from the source.');
  const writes = counter('writes', 'Registrations written and withdrawn.', ['result']);

  return {
    meter: {
      listed(durationMs) {
        listings.inc();
        listed.inc(durationMs / 1000);
      },
      interrupted: (reason) => interruptions.inc({ reason }),
      received: (bytes) => received.inc(bytes),
      wrote: (result) => writes.inc({ result }),
    },
    follow(registry) {
      new Gauge({
        name: 'micro_registry_synced',
        help: 'Whether the picture follows the source: 1, or 0.',
        registers,
        collect() {
          this.set(registry.status.state === 'synced' ? 1 : 0);
        },
      });
      new Gauge({
        name: 'micro_registry_silent_seconds',
        help: 'How long the source has said nothing.',
        registers,
        collect() {
          const { silentMs } = registry.status;
          if (silentMs !== undefined) this.set(silentMs / 1000);
        },
      });
      new Gauge({
        name: 'micro_registry_registrations',
        help: 'Registrations known, by whether they can be called.',
        labelNames: ['state'],
        registers,
        collect() {
          for (const [state, count] of Object.entries(registry.status.counts ?? none))
            this.set({ state }, count);
        },
      });
    },
  };
}

const none: Partial<Counts> = {};
