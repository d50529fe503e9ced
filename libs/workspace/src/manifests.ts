import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { workspaceRoot } from './packages.ts';

/** An object in `k8s/`, as much of it as the rules read. */
export type Manifest =
  | Deployment
  | Service
  | ClusterRole
  | RoleBinding
  | AdmissionPolicy
  | AdmissionPolicyBinding
  | Named<'Namespace'>
  | Named<'ServiceAccount'>;

type Labels = Record<string, string>;

interface Named<Kind extends string> {
  kind: Kind;
  metadata: { name: string; namespace?: string; labels?: Labels };
}

export interface Deployment extends Named<'Deployment'> {
  spec: {
    replicas: number;
    selector: { matchLabels: Labels };
    strategy?: { rollingUpdate?: { maxUnavailable?: number } };
    template: { metadata: { labels: Labels; annotations?: Labels }; spec: PodSpec };
  };
}

export interface PodSpec {
  serviceAccountName?: string;
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  securityContext?: { runAsNonRoot?: boolean; seccompProfile?: { type: string } };
  volumes?: object[];
  containers: Container[];
}

export interface Container {
  name: string;
  image: string;
  args: string[];
  env: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[];
  ports: { name?: string; containerPort: number }[];
  resources?: { requests?: Labels; limits?: Labels };
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
  };
  readinessProbe?: Probe;
  livenessProbe?: Probe;
}

export interface Probe {
  httpGet?: { path: string; port: string | number };
}

export interface Service extends Named<'Service'> {
  spec: {
    selector: Labels;
    ports: { port: number; targetPort?: string | number; nodePort?: number }[];
  };
}

export interface ClusterRole extends Named<'ClusterRole'> {
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

export interface RoleBinding extends Named<'RoleBinding'> {
  roleRef: { kind: string; name: string };
  subjects: { kind: string; name: string; namespace?: string }[];
}

export interface AdmissionPolicy extends Named<'ValidatingAdmissionPolicy'> {
  spec: {
    failurePolicy?: string;
    matchConstraints: { resourceRules: { operations: string[]; resources: string[] }[] };
  };
}

export interface AdmissionPolicyBinding extends Named<'ValidatingAdmissionPolicyBinding'> {
  spec: {
    policyName: string;
    validationActions: string[];
    matchResources: { namespaceSelector: { matchLabels: Labels } };
  };
}

/** Renders an overlay as the cluster would get it, but for the images' tags. Needs kubectl. */
export function renderOverlay(overlay: string): string {
  const folder = join(workspaceRoot, 'k8s/overlays', overlay);
  return execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
}

/** Reads what was rendered. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Picks the objects of a kind. */
export function ofKind<Kind extends Manifest['kind']>(
  manifests: readonly Manifest[],
  kind: Kind,
): Extract<Manifest, { kind: Kind }>[] {
  return manifests.filter((m): m is Extract<Manifest, { kind: Kind }> => m.kind === kind);
}
