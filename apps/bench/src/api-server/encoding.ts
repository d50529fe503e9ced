import type { PodTemplate } from './template.ts';

/** One of the forms that an API server answers in. */
export interface Encoding {
  readonly name: 'json' | 'protobuf';
  readonly mediaType: string;
  readonly watchMediaType: string;
  /** A pod as it stands in lists and events. */
  readonly pod: PodTemplate;
  /** An answer that is one pod. */
  object(pod: Buffer): Buffer;
  /** A pod within a list, with what parts it from the next. */
  listItem(pod: Buffer): Buffer;
  /** The list of those items. @param next Where the next page begins; empty on the last. */
  list(items: Buffer, version: string, next: string): Buffer[];
  /** Events of a pod, as they stand in a watch. */
  readonly added: PodTemplate;
  readonly modified: PodTemplate;
  /** The bookmark that ends the initial events of a watch. */
  initialEventsEnd(version: string): Buffer;
  /** A refusal. */
  status(code: number, reason: string, message: string): Buffer;
}

/** What a bookmark says when it ends the initial events: KEP-3157. */
export const initialEventsEndAnnotation = 'k8s.io/initial-events-end';
