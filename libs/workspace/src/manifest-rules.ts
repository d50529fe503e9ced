import { claimRules } from './claim-rules.ts';
import { type Deployment, type Manifest, ofKind, type Service } from './manifests.ts';
import { workloadRules } from './workload-rules.ts';

/** One promise that all our manifests keep. */
export interface Rule {
  readonly name: string;
  /** Names what breaks it; nothing if it is kept. */
  check(manifests: readonly Manifest[]): string[];
}

/**
 * The rules for what we run in a cluster.
 *
 * @param registered The images that skaffold builds, and the name that each registers by.
 */
export function manifestRules(registered: ReadonlyMap<string, string>): Rule[] {
  const images = [...registered.keys()];
  return [
    ...workloadRules(images),
    ...claimRules(registered),
    {
      name: 'runs every image that skaffold builds',
      check: (manifests) => {
        const pods = ofKind(manifests, 'Deployment').map(({ spec }) => spec.template.spec);
        const run = pods.flatMap(({ containers }) => containers.map(({ image }) => image));
        return images.filter((image) => !run.includes(image));
      },
    },
    {
      name: 'is in a namespace that refuses pods that are not restricted',
      check: (manifests) => {
        const level = 'pod-security.kubernetes.io/enforce';
        return ofKind(manifests, 'Namespace')
          .filter(({ metadata }) => metadata.labels?.[level] !== 'restricted')
          .map(({ metadata }) => metadata.name);
      },
    },
    {
      name: 'is in the namespace micro',
      check: (manifests) =>
        manifests
          .map(({ kind, metadata: { namespace, name } }) => ({ kind, name, namespace }))
          .filter(({ kind, name, namespace }) =>
            kind === 'Namespace'
              ? name !== 'micro'
              : !clusterWide.includes(kind) && namespace !== 'micro',
          )
          .map(({ kind, name }) => `${kind} ${name}`),
    },
    {
      name: 'selects pods that there are',
      check: (manifests) => [
        ...ofKind(manifests, 'Deployment')
          .filter((deployment) => !selects(deployment.spec.selector.matchLabels, deployment))
          .map(({ metadata }) => `deployment ${metadata.name}`),
        ...ofKind(manifests, 'Service')
          .filter((service) => backends(service, manifests).length !== 1)
          .map(({ metadata }) => `service ${metadata.name}`),
      ],
    },
    {
      name: 'sends services to ports by their name',
      check: (manifests) =>
        ofKind(manifests, 'Service').flatMap((service) => {
          const containers = backends(service, manifests).flatMap(
            ({ spec }) => spec.template.spec.containers,
          );
          const names: unknown[] = containers.flatMap(({ ports }) => ports.map(({ name }) => name));
          return service.spec.ports
            .filter(({ targetPort }) => targetPort === undefined || !names.includes(targetPort))
            .map(({ targetPort }) => `${targetPort} of ${service.metadata.name}`);
        }),
    },
    {
      name: 'opens the node ports 30001 for api and 30003 for web, and no other',
      check: (manifests) => {
        const open = ofKind(manifests, 'Service').flatMap(({ metadata, spec }) =>
          spec.ports.filter((p) => p.nodePort).map((p) => `${metadata.name} ${p.nodePort}`),
        );
        return open.filter((port) => port !== 'api 30001' && port !== 'web 30003');
      },
    },
    {
      name: 'may list, patch and watch pods and nothing else',
      check: (manifests) =>
        ofKind(manifests, 'ClusterRole')
          .flatMap(({ rules }) => rules)
          .map(
            ({ apiGroups, resources, verbs }) => `${apiGroups} ${resources} ${[...verbs].sort()}`,
          )
          .filter((rule) => rule !== ' pods list,patch,watch'),
    },
    {
      name: 'gives that permission to the service account, in the namespace alone',
      check: (manifests) =>
        ofKind(manifests, 'RoleBinding')
          .map(({ roleRef, subjects }) => {
            const accounts = subjects.map((s) => `${s.kind} ${s.namespace}/${s.name}`);
            return `${roleRef.name} to ${accounts}`;
          })
          .filter((given) => given !== 'micro-registry to ServiceAccount micro/micro-services'),
    },
  ];
}

/** Kinds that are in no namespace. */
const clusterWide: readonly string[] = [
  'ClusterRole',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

function backends({ spec }: Service, manifests: readonly Manifest[]): Deployment[] {
  return ofKind(manifests, 'Deployment').filter((deployment) => selects(spec.selector, deployment));
}

function selects(selector: Record<string, string>, { spec }: Deployment): boolean {
  const { labels } = spec.template.metadata;
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
