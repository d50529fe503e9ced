// What the same takes with client-node.
export { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
