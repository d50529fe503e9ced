import type { Rule } from './manifest-rules.ts';
import { type Container, type Deployment, ofKind, type PodSpec } from './manifests.ts';

/** The rules that each deployment keeps by itself. */
export function workloadRules(images: readonly string[]): Rule[] {
  return [
    forEachWorkload('runs only images that skaffold builds, which gives them their tag', {
      image: ({ container }) => images.includes(container.image),
    }),
    // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
    forEachWorkload('keeps to the restricted Pod Security Standard, on a read-only file system', {
      runAsNonRoot: ({ pod }) => pod.securityContext?.runAsNonRoot === true,
      seccompProfile: ({ pod }) => pod.securityContext?.seccompProfile?.type === 'RuntimeDefault',
      hostNetwork: ({ pod }) => !pod.hostNetwork,
      volumes: ({ pod }) => (pod.volumes ?? []).every((volume) => !('hostPath' in volume)),
      allowPrivilegeEscalation: ({ container }) =>
        container.securityContext?.allowPrivilegeEscalation === false,
      'capabilities.drop': ({ container }) =>
        container.securityContext?.capabilities?.drop?.join() === 'ALL',
      'capabilities.add': ({ container }) => !container.securityContext?.capabilities?.add,
      readOnlyRootFilesystem: ({ container }) =>
        container.securityContext?.readOnlyRootFilesystem === true,
    }),
    forEachWorkload('is asked over HTTP whether it is ready and lives', {
      readinessProbe: ({ container }) => asks(container, 'readinessProbe', '/readyz'),
      livenessProbe: ({ container }) => asks(container, 'livenessProbe', '/healthz'),
    }),
    forEachWorkload('requests what it needs and is limited', {
      'requests.cpu': ({ container }) => !!container.resources?.requests?.['cpu'],
      'requests.memory': ({ container }) => !!container.resources?.requests?.['memory'],
      'limits.cpu': ({ container }) => !!container.resources?.limits?.['cpu'],
      'limits.memory': ({ container }) => !!container.resources?.limits?.['memory'],
    }),
    forEachWorkload('knows its pod from the downward API', {
      POD_NAME: ({ container }) => fieldOf(container, 'POD_NAME') === 'metadata.name',
      POD_NAMESPACE: ({ container }) =>
        fieldOf(container, 'POD_NAMESPACE') === 'metadata.namespace',
      POD_UID: ({ container }) => fieldOf(container, 'POD_UID') === 'metadata.uid',
      POD_IP: ({ container }) => fieldOf(container, 'POD_IP') === 'status.podIP',
    }),
    forEachWorkload('runs as the service account that may register', {
      serviceAccountName: ({ pod }) => pod.serviceAccountName === 'micro-services',
    }),
    forEachWorkload('is replaced one by one, never fewer than asked for', {
      maxUnavailable: ({ deployment }) =>
        deployment.spec.strategy?.rollingUpdate?.maxUnavailable === 0,
    }),
    forEachWorkload('has the time to drain after it withdrew', {
      terminationGracePeriodSeconds: ({ pod, container }) => {
        const delay = container.env.find(({ name }) => name === 'MICRO_SHUTDOWN_DELAY')?.value;
        return (
          Number(delay ?? lameDuckSeconds) + drainSeconds <
          (pod.terminationGracePeriodSeconds ?? 30)
        );
      },
    }),
  ];
}

/** How long a service in kubernetes still answers after it withdrew, where nobody says: see @micro/service. */
const lameDuckSeconds = 3;
/** How long the rest of leaving may take: withdrawing 1 s, calls in flight 10 s. */
const drainSeconds = 11;

interface Workload {
  readonly deployment: Deployment;
  readonly pod: PodSpec;
  readonly container: Container;
}

/** A rule that says which of the fields, of which container, breaks it. */
function forEachWorkload(name: string, fields: Record<string, (w: Workload) => boolean>): Rule {
  return {
    name,
    check: (manifests) =>
      ofKind(manifests, 'Deployment').flatMap((deployment) => {
        const pod = deployment.spec.template.spec;
        return pod.containers.flatMap((container) =>
          Object.entries(fields)
            .filter(([, holds]) => !holds({ deployment, pod, container }))
            .map(([field]) => `${field} of ${container.name}`),
        );
      }),
  };
}

function asks(
  container: Container,
  probe: 'readinessProbe' | 'livenessProbe',
  path: string,
): boolean {
  const asked = container[probe]?.httpGet;
  return asked?.path === path && container.ports.some(({ name }) => name === asked.port);
}

function fieldOf({ env }: Container, variable: string): string | undefined {
  return env.find(({ name }) => name === variable)?.valueFrom?.fieldRef?.fieldPath;
}
