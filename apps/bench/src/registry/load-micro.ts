// What a service in a pod loads of us to be in the registry.
export { openKubernetesRegistry } from '../../../../libs/registry/src/kubernetes/open.ts';
