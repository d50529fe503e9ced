import type { KubeError } from './errors.ts';

/**
 * Says what a 403 lacks and how to give it: verb, resource, namespace and account in words, then the
 * Role and RoleBinding as YAML to apply. A refusal that no Role mends (an admission policy, a quota)
 * is told as the API server told it.
 */
export function explainForbidden(error: KubeError): string {
  // The words of k8s.io/apiserver's authorization filter; nothing else in the answer names the user.
  const said = /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"/.exec(
    error.detail,
  );
  if (!said) return error.message;
  const [, user = '', verb = '', resource = '', apiGroup = ''] = said;
  const namespace = error.namespace;
  const subject = subjectOf(user);
  const who = subject.kind === 'User' ? `user ${user}` : `ServiceAccount ${subject.fullName}`;
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  const verbs = verbsWith(verb, resource);
  return [
    `${who} may not ${verb} ${resource} ${where}; this allows it:`,
    '',
    manifest({ apiGroup, resource, verbs, namespace, subject }),
  ].join('\n');
}

/** Those that are of no use alone. */
function verbsWith(verb: string, resource: string): readonly string[] {
  if (verb === 'list' || verb === 'watch') return ['list', 'watch'];
  return resource === 'pods/portforward' ? ['get', 'create'] : [verb];
}

interface Subject {
  readonly kind: 'ServiceAccount' | 'User';
  readonly name: string;
  readonly fullName: string;
  readonly yaml: string;
}

function subjectOf(user: string): Subject {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  const name = account?.[2] ?? user;
  return account
    ? {
        kind: 'ServiceAccount',
        name,
        fullName: `${account[1]}/${name}`,
        yaml: `{ kind: ServiceAccount, namespace: ${quote(account[1] ?? '')}, name: ${quote(name)} }`,
      }
    : {
        kind: 'User',
        name,
        fullName: user,
        yaml: `{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ${quote(user)} }`,
      };
}

interface Grant {
  readonly apiGroup: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly namespace: string | undefined;
  readonly subject: Subject;
}

function manifest({ apiGroup, resource, verbs, namespace, subject }: Grant): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const name = [subject.name, ...verbs, resource].join('-').replace(/[^-a-z0-9]/gi, '-');
  const inside = namespace === undefined ? '' : `namespace: ${quote(namespace)}, `;
  const metadata = `metadata: { ${inside}name: ${quote(name.toLowerCase())} }`;
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
${metadata}
rules:
  - { apiGroups: [${quote(apiGroup)}], resources: [${quote(resource)}], verbs: [${verbs.map(quote).join(', ')}] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}Binding
${metadata}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${quote(name.toLowerCase())} }
subjects:
  - ${subject.yaml}`;
}

/** A JSON string is a YAML string, whatever stands in it. */
function quote(text: string): string {
  return JSON.stringify(text);
}
