import type { Rule } from './manifest-rules.ts';
import {
  type AdmissionPolicyBinding,
  type Container,
  type Deployment,
  type Manifest,
  ofKind,
} from './manifests.ts';

/**
 * The rules on who may register what, which `k8s/components/self-writes-only` makes the cluster keep.
 *
 * @param registered The images, and the name that each registers by unless it is told another.
 */
export function claimRules(registered: ReadonlyMap<string, string>): Rule[] {
  return [
    {
      name: 'is in a namespace where a pod changes its own registration alone',
      check: (manifests) =>
        ofKind(manifests, 'Namespace')
          .filter(
            ({ metadata }) =>
              !ofKind(manifests, 'ValidatingAdmissionPolicyBinding').some(
                (binding) =>
                  binds(binding, metadata.labels) && refuses(binding.spec.policyName, manifests),
              ),
          )
          .map(
            ({ metadata }) =>
              `expected a policy bound to namespace ${metadata.name}, got none; ` +
              'add ../../components/self-writes-only to the components of the overlay',
          ),
    },
    {
      name: 'claims the services that it registers',
      check: (manifests) =>
        ofKind(manifests, 'Deployment').flatMap((deployment) => {
          const claims = claimsOf(deployment);
          return deployment.spec.template.spec.containers
            .map((container) => nameOf(container, registered))
            .filter((name) => name !== undefined && !claims.includes(name))
            .map(
              (name) =>
                `expected deployment ${deployment.metadata.name} to claim ${name}, got ` +
                `${claims.join() || 'no claims'}; write micro.mu/claims: ${name} ` +
                'to its spec.template.metadata.annotations',
            );
        }),
    },
    {
      name: 'claims no service that another deployment claims',
      check: (manifests) => {
        const deployments = ofKind(manifests, 'Deployment');
        return [...new Set(deployments.flatMap(claimsOf))].flatMap((service) => {
          const names = deployments
            .filter((deployment) => claimsOf(deployment).includes(service))
            .map(({ metadata }) => metadata.name);
          return names.length > 1
            ? `expected one deployment to claim ${service}, got ${names.join(' and ')}`
            : [];
        });
      },
    },
  ];
}

function binds({ spec }: AdmissionPolicyBinding, labels: Record<string, string> = {}): boolean {
  const { matchLabels } = spec.matchResources.namespaceSelector;
  return (
    spec.validationActions.includes('Deny') &&
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
  );
}

/** Whether a policy decides over every change of a pod, and refuses it where it can't decide. */
function refuses(policy: string, manifests: readonly Manifest[]): boolean {
  return ofKind(manifests, 'ValidatingAdmissionPolicy').some(
    ({ metadata, spec }) =>
      metadata.name === policy &&
      spec.failurePolicy === 'Fail' &&
      spec.matchConstraints.resourceRules.some(
        ({ operations, resources }) =>
          operations.includes('UPDATE') && ['pods', 'pods/*'].every((r) => resources.includes(r)),
      ),
  );
}

function claimsOf({ spec }: Deployment): string[] {
  const claims = spec.template.metadata.annotations?.['micro.mu/claims'] ?? '';
  return claims.split(',').flatMap((name) => name.trim() || []);
}

/** The name that a container registers by: a flag's, else the environment's, else its image's. */
function nameOf(
  { image, args, env }: Container,
  registered: ReadonlyMap<string, string>,
): string | undefined {
  const flag = '--server_name=';
  return (
    args.find((arg) => arg.startsWith(flag))?.slice(flag.length) ??
    env.find(({ name }) => name === 'MICRO_SERVER_NAME')?.value ??
    registered.get(image)
  );
}
