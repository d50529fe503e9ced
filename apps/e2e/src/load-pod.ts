const folder = '/load';
const file = 'main.cjs.gz';

/** The object that brings a packed program into the pod: so no image must be built that every cluster can get. */
export function programOf(packed: Buffer): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'load' },
    binaryData: { [file]: packed.toString('base64') },
  };
}

/** The pod that runs it with the Node of an image of ours, under the account of our services. */
export function loadPod(image: string): object {
  const unpacked = `require('node:zlib').gunzipSync(require('node:fs').readFileSync('${folder}/${file}'))`;
  const container = {
    name: 'load',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/nodejs/bin/node', '--eval', `eval(String(${unpacked}))`],
    env: [
      field('POD_NAME', 'metadata.name'),
      field('POD_NAMESPACE', 'metadata.namespace'),
      field('POD_UID', 'metadata.uid'),
      field('POD_IP', 'status.podIP'),
    ],
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [{ name: 'program', mountPath: folder }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'load' },
    spec: {
      serviceAccountName: 'micro-services',
      restartPolicy: 'Never',
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [container],
      volumes: [{ name: 'program', configMap: { name: 'load' } }],
    },
  };
}

function field(name: string, fieldPath: string): object {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
