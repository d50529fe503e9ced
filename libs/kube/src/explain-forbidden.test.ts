import { expect, test } from 'vitest';
import { KubeError } from './errors.ts';
import { explainForbidden } from './explain-forbidden.ts';
import { describeRequest, podsPath } from './request-path.ts';

const refusal = (method: string, path: string, message: string) =>
  KubeError.fromStatus({ reason: 'Forbidden', message }, describeRequest(method, path), {
    status: 403,
  });

test('names verb, resource, namespace and account, and prints the Role to add', () => {
  const error = refusal(
    'PATCH',
    podsPath('shop', 'greeter-1'),
    'pods "greeter-1" is forbidden: User "system:serviceaccount:shop:greeter" cannot patch resource "pods" in API group "" in the namespace "shop"',
  );
  expect(explainForbidden(error)).toMatchInlineSnapshot(`
    "ServiceAccount shop/greeter may not patch pods in namespace shop; this allows it:

    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: { namespace: "shop", name: "greeter-patch-pods" }
    rules:
      - { apiGroups: [""], resources: ["pods"], verbs: ["patch"] }
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: { namespace: "shop", name: "greeter-patch-pods" }
    roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: "greeter-patch-pods" }
    subjects:
      - { kind: ServiceAccount, namespace: "shop", name: "greeter" }"
  `);
});

test('speaks of a person as a user, and of the cluster where there is no namespace', () => {
  const error = refusal(
    'GET',
    '/apis/apps/v1/deployments',
    'deployments.apps is forbidden: User "jane@example.com" cannot list resource "deployments" in API group "apps" at the cluster scope',
  );
  expect(explainForbidden(error)).toMatchInlineSnapshot(`
    "user jane@example.com may not list deployments in the whole cluster; this allows it:

    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: { name: "jane-example-com-list-watch-deployments" }
    rules:
      - { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list", "watch"] }
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: { name: "jane-example-com-list-watch-deployments" }
    roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "jane-example-com-list-watch-deployments" }
    subjects:
      - { kind: User, apiGroup: rbac.authorization.k8s.io, name: "jane@example.com" }"
  `);
});

test('tells a refusal that no Role mends as it is', () => {
  const message =
    'pods "greeter-1" is forbidden: ValidatingAdmissionPolicy \'self-only\' denied request: only the pod itself';
  const error = refusal('PATCH', podsPath('shop', 'greeter-1'), message);
  expect(explainForbidden(error)).toBe(`patch pods greeter-1 in namespace shop: 403 ${message}`);
});
