import {
  createMdnsRegistry,
  createMemoryRegistry,
  openKubernetesRegistry,
  type Registry,
  type RegistryMeter,
  type Status,
} from '@micro/registry';

/** What a form of the registry gets to be made with. */
export interface RegistryContext {
  /** The value of `--registry_address`; empty where nobody said. */
  readonly address: string;
  /** The value of `--snapshot_dir`; empty where nobody said. */
  readonly snapshotDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  /** For what concerns people but stops nobody: a record that can't be read, a source that is away. */
  readonly onProblem: (problem: Error) => void;
  /** For a form that follows a source: each change of how true its picture is. */
  readonly onStatus: (status: Status) => void;
  readonly meter: RegistryMeter;
}

/**
 * Makes a registry when `--registry` names it.
 *
 * @throws Error with a line for each thing that people must set first.
 */
export type RegistryFactory = (context: RegistryContext) => Registry | Promise<Registry>;

/** The forms every service knows. A service brings its own with `run({ registries })`. */
export const knownRegistries: Readonly<Record<string, RegistryFactory>> = {
  mdns: ({ onProblem }) => createMdnsRegistry({ onProblem }),
  memory: () => createMemoryRegistry(),
  kubernetes: ({ address, snapshotDirectory, ...context }) =>
    openKubernetesRegistry({
      ...context,
      ...(address && { namespaces: address.split(',') }),
      registers: true,
      ...(snapshotDirectory && { snapshotDirectory }),
    }),
};
