/** How many pods there are. */
export const podCount = 10_000;
/** How many of them are of each service; those of one service follow each other. */
export const podsPerService = 100;
/** The version of the list; events have later ones. */
export const listVersion = 20_000_000;

/**
 * What tells one pod from another: the texts that are written over those of the fixture. Each has
 * the length of its text there, so that a pod is as long as every other.
 */
export interface PodTexts {
  /** The last part of the service's name. */
  readonly service: string;
  /** The name of the proto service, which the endpoints begin with. */
  readonly handler: string;
  /** The last part of the pod's name. */
  readonly instance: string;
  readonly uid: string;
  readonly version: string;
  readonly ip: string;
  readonly port: string;
  /** The uuid in the node's id. */
  readonly node: string;
  /** The node's metadata `registry`, which events use to say when they were sent. */
  readonly sentAt: string;
  readonly phase: string;
}

/** Where each text stands in the fixture, as JSON and as protobuf alike. */
export const textsInFixture: Readonly<Record<keyof PodTexts, RegExp>> = {
  service: /greeter/g,
  handler: /Say/g,
  instance: /7rjxb/g,
  uid: /5ebbd383-7746-44be-8c06-e241b2e055b2/g,
  version: /10002310/g,
  ip: /10\.244\.0\.10/g,
  port: /(?<=10\.244\.0\.10:)9090/g,
  node: /d5601a0f-0c5b-4b94-9b6e-fe77dda8f791/g,
  // In JSON the record is a text within a text, its quotes escaped.
  sentAt: /(?<=registry\\?":\\?")kubernetes/g,
  phase: /Running/g,
};

/** A pod as it is before any event. */
export function describePod(index: number, port: number): PodTexts {
  const service = Math.floor(index / podsPerService);
  return {
    service: `svc-${digits(service, 3)}`,
    handler: `S${digits(service, 2)}`,
    instance: index.toString(36).padStart(5, '0'),
    uid: uuid(index, 0x9e3779b1),
    version: String(listVersion - podCount + index),
    ip: ipOf(index),
    port: String(port),
    node: uuid(index, 0x85ebca6b),
    sentAt: 'kubernetes',
    phase: 'Running',
  };
}

/** On the loopback interface, where calls of the pods of one service are answered. */
export function ipOf(index: number): string {
  const [block, rest] = [Math.floor(index / 8_100), index % 8_100];
  return `127.${1 + block}.${10 + Math.floor(rest / 90)}.${10 + (rest % 90)}`;
}

/** The pod of that name; not a number if there is none. */
export function indexOf(name: string): number {
  return Number.parseInt(name.slice(-5), 36);
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** Unlike the others, as a real one is; `seed` is odd, so that none occurs twice. */
function uuid(index: number, seed: number): string {
  const head = Math.imul(index + 1, seed) >>> 0;
  const tail = Math.imul(index + 1, seed ^ 0x5bd1e994) >>> 0;
  return `${head.toString(16).padStart(8, '0')}-7746-44be-8c06-${tail.toString(16).padStart(12, '0')}`;
}
