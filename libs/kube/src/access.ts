import type { KubeClient } from './client.ts';

/** Whether one may do something, as a `SelfSubjectAccessReview` asks it. */
export interface AccessQuestion {
  readonly verb: string;
  readonly resource: string;
  /** @default the core group */
  readonly group?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Who the API server takes us for. */
export interface Identity {
  /** `system:serviceaccount:micro:greeter` */
  readonly username: string;
  readonly groups: readonly string[];
}

/** Asks whether the API server would allow it. */
export async function canI(
  client: Pick<KubeClient, 'request'>,
  question: AccessQuestion,
  options: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const spec = { resourceAttributes: question };
  const status = await review(client, 'authorization.k8s.io', 'SelfSubjectAccessReview', {
    ...options,
    spec,
  });
  return status['allowed'] === true;
}

/** Asks who the API server takes us for. */
export async function whoAmI(
  client: Pick<KubeClient, 'request'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Identity> {
  const status = await review(client, 'authentication.k8s.io', 'SelfSubjectReview', options);
  const { username = '', groups = [] } = (status['userInfo'] ?? {}) as Partial<Identity>;
  return { username, groups };
}

async function review(
  client: Pick<KubeClient, 'request'>,
  group: string,
  kind: string,
  { spec, ...options }: { spec?: unknown; signal?: AbortSignal },
): Promise<Readonly<Record<string, unknown>>> {
  const body = { apiVersion: `${group}/v1`, kind, ...(spec !== undefined && { spec }) };
  const path = `/apis/${group}/v1/${kind.toLowerCase()}s`;
  const answer = await client.request('POST', path, { ...options, body, repeatable: true });
  return (answer as { status?: Record<string, unknown> } | null)?.status ?? {};
}
