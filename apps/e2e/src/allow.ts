import type { V1PolicyRule } from '@kubernetes/client-node';
import { apply, kubectl } from './kubectl.ts';

/** Gives an account of our namespace a permission beside those it has; disposing of it takes it back. */
export async function allow(
  account: string,
  resources: readonly string[],
  verbs: readonly string[],
): Promise<AsyncDisposable> {
  const group = 'rbac.authorization.k8s.io';
  const apiVersion = `${group}/v1`;
  const metadata = { name: `e2e-${account}` };
  const rule: V1PolicyRule = { apiGroups: [''], resources: [...resources], verbs: [...verbs] };
  const roleRef = { apiGroup: group, kind: 'Role', name: metadata.name };
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace: 'micro' }];
  await apply({ apiVersion, kind: 'Role', metadata, rules: [rule] });
  await apply({ apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects });
  return {
    async [Symbol.asyncDispose]() {
      await kubectl('delete', 'rolebinding,role', metadata.name);
    },
  };
}
