/** What every Kubernetes object has; the rest of it is for whoever asked to check. */
export interface KubeObject {
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly uid: string;
  /** `isNewer` compares two of one object, or of one collection. */
  readonly resourceVersion: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** When it was asked to go; it is on its way out from then on. */
  readonly deletionTimestamp?: string;
}

/** @throws TypeError unless it has the metadata that every stored object has. */
export function parseObject(value: unknown): KubeObject {
  const metadata = (value as Partial<KubeObject> | null)?.metadata;
  for (const field of ['name', 'uid', 'resourceVersion'] as const)
    if (typeof metadata?.[field] !== 'string')
      throw new TypeError(
        `expected an object with metadata.${field}, got ${(JSON.stringify(value) ?? '').slice(0, 100)}`,
      );
  // The API server keeps labels and annotations to strings.
  return value as KubeObject;
}
