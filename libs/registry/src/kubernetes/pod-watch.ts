import { type Clock, type KubeClient, type KubeError, type Pod, reflect } from '@micro/kube';
import type { NodeTable } from '../node-table.ts';
import { type Counts, RegistryError, type Status } from '../registry.ts';
import { interruptionOf, type RegistryMeter } from '../registry-meter.ts';
import { registryError } from './error.ts';
import { typeLabel } from './pod-keys.ts';
import { createPodNodes } from './pod-nodes.ts';
import { createPodProblems } from './pod-problems.ts';
import { createPodReader, type PodRecord, stateOf } from './pod-record.ts';
import type { Snapshot } from './snapshot.ts';

export interface PodWatchOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly table: NodeTable;
  /** What was known before this process began, and the way to keep what is known for the next one. */
  readonly snapshot?: Snapshot | undefined;
  /** Shown each pod that is registered, and told of the uid of one that is not any more. */
  readonly onPod: (pod: Pod) => void;
  readonly onPodGone: (uid: string) => void;
  readonly onStatus: () => void;
  readonly onProblem: (problem: RegistryError) => void;
  readonly meter?: RegistryMeter | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The registered pods of a namespace, followed into a table of nodes. */
export interface PodWatch {
  readonly status: Status;
  stop(): Promise<void>;
}

export function watchPods(options: PodWatchOptions): PodWatch {
  const { client, namespace, table, snapshot, onStatus, onProblem, meter, clock, random } = options;
  const counts = { live: 0, waiting: 0, leaving: 0, broken: 0 };
  const problems = createPodProblems(
    (problem) => onProblem(new RegistryError('refused', problem)),
    clock,
  );
  let truth: Status = { state: 'starting' };

  const setTruth = (next: Status): void => {
    const changed = next.state !== truth.state || next.reason !== truth.reason;
    truth = next;
    if (changed) onStatus();
  };
  const readPod = createPodReader(problems.update);
  const nodes = createPodNodes(table, clock, (service, count) => {
    const message = `most of ${count} nodes of ${service} went within 5 s; the others that go are shown for 5 s more`;
    onProblem(new RegistryError('unavailable', message));
  });
  const fail = (error: KubeError): void => {
    meter?.interrupted(interruptionOf(error));
    const problem = registryError(error);
    if (problem.message === truth.reason) return;
    setTruth({ state: truth.state === 'starting' ? 'starting' : 'stale', reason: problem.message });
    onProblem(problem);
  };

  const known = snapshot?.load(namespace);
  if (known) {
    for (const [, record] of known.pods) counts[stateOf(record)]++;
    nodes.update(known.pods.map(([uid, after]) => ({ uid, after })));
    truth = {
      state: 'stale',
      reason: `the API server has not said yet whether the picture of ${known.savedAt} still holds`,
    };
  }
  const reflector = reflect<PodRecord>({
    client,
    namespace,
    labelSelector: `${typeLabel}=service`,
    project(pod, before) {
      options.onPod(pod);
      return readPod(pod, before);
    },
    onChange(changes) {
      for (const { uid, before, after } of changes) {
        if (before !== undefined) counts[stateOf(before)]--;
        if (after !== undefined) counts[stateOf(after)]++;
        else {
          problems.forget(uid);
          options.onPodGone(uid);
        }
      }
      nodes.update(changes);
      if (truth.state === 'synced') snapshot?.save(namespace, reflector.values);
    },
    onSynced(durationMs) {
      meter?.listed(durationMs);
      setTruth({ state: 'synced' });
      snapshot?.save(namespace, reflector.values);
    },
    onState(state) {
      if (state.state === 'streaming') setTruth({ state: 'synced' });
      if (state.state === 'waiting') fail(state.error);
    },
    onFault(cause) {
      const message = `a listener of the registry threw: ${String(cause)}`;
      onProblem(new RegistryError('refused', message, { cause }));
    },
    ...(meter && { onBytes: meter.received }),
    ...(known && { initial: known.pods }),
    clock,
    random,
  });

  return {
    get status() {
      const { silentMs } = reflector;
      const all: Counts = { ...counts, draining: nodes.draining };
      return { ...truth, ...(silentMs !== undefined && { silentMs }), counts: all };
    },
    async stop() {
      await reflector.stop();
      nodes.stop();
    },
  };
}
