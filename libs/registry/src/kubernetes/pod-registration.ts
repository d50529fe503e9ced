import { type Clock, isNewer, type KubeClient, KubeError, type Pod, podsPath } from '@micro/kube';
import { checkNode, joinAddress, splitAddress } from '../node.ts';
import { checkRecordSize, encodeRecord } from '../record.ts';
import { type Node, RegistryError } from '../registry.ts';
import { createDriftRepair } from './drift.ts';
import { registryError } from './error.ts';
import type { PodIdentity } from './pod-identity.ts';
import { keysOf, mangle, type ServiceKeys, selectorPrefix, typeLabel } from './pod-keys.ts';

/** Writes what this process offers onto its own pod, and keeps it there. */
export interface PodRegistration {
  register(node: Node): Promise<void>;
  deregister(node: Node): Promise<void>;
  /**
   * Takes note of how the pod looks to all, undefined where it is not seen any more, and puts back
   * what is missing or was changed.
   */
  observe(metadata: Pod['metadata'] | undefined): void;
  stop(): void;
}

export interface PodRegistrationOptions {
  readonly client: Pick<KubeClient, 'patch'>;
  readonly pod: PodIdentity;
  /** Told of every write and how it ended. */
  readonly onWrite: (error?: RegistryError) => void;
  /** Told when what others change is not put back any more. */
  readonly onProblem: (problem: RegistryError) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Who is said to have written it, in the pod's `metadata.managedFields`. */
const fieldManager = 'micro-registry';

export function createPodRegistration(options: PodRegistrationOptions): PodRegistration {
  const { client, pod, onWrite, onProblem, clock, random } = options;
  /** What should stand on the pod, by the mangled names of services. */
  const wanted = new Map<string, Wanted>();
  /** The pod as the last answer showed it. */
  let answered: { version: string; labels: Readonly<Record<string, string>> } | undefined;
  let seen: Pod['metadata'] | undefined;
  let observed = false;
  let writing = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One write after another, or a withdrawal might overtake its registration. */
  const inTurn = (write: () => Promise<void>): Promise<void> => {
    writing++;
    const turn = last.then(write).finally(() => writing--);
    last = turn.then(
      () => check(),
      () => {}, // Whoever asked for it has the error; the next one begins anew.
    );
    return turn;
  };
  const patch = async (metadata: object): Promise<void> => {
    const body = { metadata: { ...(pod.uid && { uid: pod.uid }), ...metadata } };
    try {
      const answer = await client.patch(podsPath(pod.namespace, pod.name), body, { fieldManager });
      const { resourceVersion, labels = {} } = answer.metadata;
      answered = { version: resourceVersion, labels };
      onWrite();
    } catch (error) {
      const explained = explain(error, pod);
      if (explained instanceof RegistryError) onWrite(explained);
      throw explained;
    }
  };
  const write = async (entries: Iterable<Wanted>): Promise<void> => {
    const all = [...entries];
    if (all.length === 0) return; // All was withdrawn before a repair had its turn.
    await patch({
      labels: {
        [typeLabel]: 'service',
        ...Object.fromEntries(all.map((e) => [e.selector, 'service'])),
      },
      annotations: Object.fromEntries(all.map(({ record, text }) => [record, text])),
    });
  };
  /** Whether the pod offers anything beside what `selector` stands for. */
  const offersMore = (selector: string): boolean =>
    Object.keys(answered?.labels ?? {}).some(
      (key) => key.startsWith(selectorPrefix) && key !== selector,
    );

  const drift = createDriftRepair({
    repair: () => unlessGone(inTurn(() => write(wanted.values()))),
    onGiveUp: (times) => onProblem(contested(pod, wanted.values(), times)),
    clock,
    random,
  });
  /** Compares what is seen with what should be. */
  const check = (): void => {
    if (!observed || writing > 0 || wanted.size === 0) return;
    // A watch may still show how it was before the last answer.
    if (seen && answered && isNewer(answered.version, seen.resourceVersion)) return;
    const now = seen;
    if (now && [...wanted.values()].every((entry) => stands(entry, now))) drift.settled();
    else drift.drifted();
  };

  return {
    async register(node) {
      checkNode(node);
      const keys = keysOf(node.service);
      const text = encodeRecord(onPod(node, pod));
      checkRecordSize(text, node);
      const alike = wanted.get(mangle(node.service))?.service ?? node.service;
      if (alike !== node.service)
        throw new TypeError(
          `expected service names that differ as labels, got ${alike} and ${node.service}`,
        );
      const entry = { service: node.service, text, ...keys };
      wanted.set(mangle(node.service), entry);
      await inTurn(() => write([entry]));
    },
    async deregister(node) {
      const { selector, record } = keysOf(node.service);
      if ((wanted.get(mangle(node.service))?.service ?? node.service) !== node.service) return;
      wanted.delete(mangle(node.service));
      if (wanted.size === 0) drift.settled();
      const withdrawing = inTurn(async () => {
        const type = answered && !offersMore(selector) ? { [typeLabel]: null } : {};
        await patch({ labels: { ...type, [selector]: null }, annotations: { [record]: null } });
        // Another container of the pod, or a life before this one, may have left it otherwise.
        // It may change again while that is put right, but not for ever.
        for (let tries = 0; tries < 3; tries++) {
          const rest = offersMore(selector) ? 'service' : null;
          if ((answered?.labels[typeLabel] ?? null) === rest) break;
          await patch({ labels: { [typeLabel]: rest } });
        }
      });
      await unlessGone(withdrawing);
    },
    observe(metadata) {
      seen = metadata;
      observed = true;
      check();
    },
    stop: drift.stop,
  };
}

/** What should stand on the pod for one service. */
interface Wanted extends ServiceKeys {
  readonly service: string;
  readonly text: string;
}

function stands({ selector, record, text }: Wanted, { labels, annotations }: Pod['metadata']) {
  return (
    labels[typeLabel] === 'service' &&
    labels[selector] === 'service' &&
    annotations[record] === text
  );
}

/** With the pod its registration is gone, and nothing is left to do. */
async function unlessGone(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'gone')) throw error;
  }
}

/**
 * The node as others reach it: who listens on every interface is on the pod's IP. Readers take the
 * host from the pod's status, so another one would be told to nobody.
 */
function onPod(node: Node, { ip }: PodIdentity): Node {
  const { host = '', port = 0 } = splitAddress(node.address) ?? {};
  if (host === '0.0.0.0' || host === '::') return { ...node, address: joinAddress(ip, port) };
  if (host === ip) return node;
  throw new TypeError(
    `expected the address of ${node.id} on the pod's own IP ${ip}, got ${node.address}`,
  );
}

function contested(pod: PodIdentity, wanted: Iterable<Wanted>, times: number): RegistryError {
  const services = [...wanted].map(({ service }) => service).join(', ');
  return new RegistryError(
    'refused',
    `somebody else keeps changing the registration of ${services} on pod ${pod.namespace}/${pod.name}: ` +
      `it was put back ${times} times and now is not for 10 min; ` +
      `kubectl get pod ${pod.name} --namespace ${pod.namespace} --show-managed-fields --output yaml says who`,
  );
}

function explain(error: unknown, pod: PodIdentity): unknown {
  if (!(error instanceof KubeError)) return error;
  if (error.status !== 404) return registryError(error);
  return new RegistryError(
    'gone',
    `expected this pod to be ${pod.name} in namespace ${pod.namespace}, there is none; ` +
      'set POD_NAME from metadata.name and POD_NAMESPACE from metadata.namespace',
    { cause: error },
  );
}
