import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { manifestRules } from './manifest-rules.ts';
import { parseManifests, renderOverlay } from './manifests.ts';
import { workspaceRoot } from './packages.ts';

const skaffold = parse(readFileSync(join(workspaceRoot, 'skaffold.yaml'), 'utf8'));
const images: string[] = skaffold.build.artifacts.map(({ image }: { image: string }) => image);
const rules = manifestRules(images);
const overlays = hasKubectl() ? ['local', 'kind', 'production'] : [];
const rendered = new Map(overlays.map((overlay) => [overlay, renderOverlay(overlay)]));

test('every overlay renders', ({ skip }) => {
  skip(overlays.length === 0, 'kubectl is not in PATH, so no manifest is checked');
  for (const text of rendered.values()) expect(parseManifests(text).length).toBeGreaterThan(8);
});

describe.each(overlays)('overlay %s', (overlay) => {
  test.each(rules)('$name', ({ check }) => {
    expect(check(parseManifests(rendered.get(overlay)!))).toEqual([]);
  });

  test('opens the dashboard only where no stranger comes', () => {
    const production = overlay === 'production';
    expect(rendered.get(overlay)!.includes('nodePort: 30003')).toBe(!production);
    expect(rendered.get(overlay)!).toContain('nodePort: 30001');
  });

  test('answers /rpc only where no stranger comes', () => {
    const production = overlay === 'production';
    expect(rendered.get(overlay)!.includes('MICRO_API_ENABLE_RPC')).toBe(!production);
  });
});

/** What may happen to a line, where it comes first, and what the rules say then. */
const accidents: [line: string, becomes: string, says: string][] = [
  ['image: api', 'image: nginx:latest', 'image of api; api'],
  ['runAsNonRoot: true', '', 'runAsNonRoot of api'],
  ['type: RuntimeDefault', 'type: Unconfined', 'seccompProfile of api'],
  [
    '      serviceAccountName',
    '      hostNetwork: true\n      serviceAccountName',
    'hostNetwork of api',
  ],
  ['      containers:', '      volumes: [{ hostPath: {} }]\n      containers:', 'volumes of api'],
  ['allowPrivilegeEscalation: false', '', 'allowPrivilegeEscalation of api'],
  ['- ALL', '- NET_RAW', 'capabilities.drop of api'],
  [
    '            drop:',
    '            add: [NET_ADMIN]\n            drop:',
    'capabilities.add of api',
  ],
  ['readOnlyRootFilesystem: true', '', 'readOnlyRootFilesystem of api'],
  ['/readyz', '/healthz', 'readinessProbe of api'],
  ['port: http', 'port: 8080', 'livenessProbe of api'],
  ['requests:', 'request:', 'requests.cpu of api; requests.memory of api'],
  ['limits:', 'limit:', 'limits.cpu of api; limits.memory of api'],
  ['fieldPath: metadata.name\n', 'fieldPath: metadata.generateName\n', 'POD_NAME of api'],
  ['fieldPath: metadata.namespace', 'fieldPath: metadata.uid', 'POD_NAMESPACE of api'],
  ['fieldPath: metadata.uid', 'fieldPath: metadata.name', 'POD_UID of api'],
  ['fieldPath: status.podIP', 'fieldPath: status.hostIP', 'POD_IP of api'],
  ['serviceAccountName: micro-services', '', 'serviceAccountName of api'],
  ['maxUnavailable: 0', 'maxUnavailable: 1', 'maxUnavailable of api'],
  ['Seconds: 30', 'Seconds: 10', 'terminationGracePeriodSeconds of api'],
  ['enforce: restricted', 'enforce: baseline', 'micro'],
  ['name: micro\n', 'name: macro\n', 'Namespace macro'],
  ['name: api\n  namespace: micro', 'name: api\n  namespace: default', 'Service api'],
  ['matchLabels:\n      app: api', 'matchLabels:\n      app: web', 'deployment api'],
  ['selector:\n    app: api', 'selector:\n    app: apo', 'service api; http of api'],
  ['targetPort: http', 'targetPort: 8080', '8080 of api'],
  ['nodePort: 30001', 'nodePort: 30009', 'api 30009'],
  ['- watch', '- watch\n  - delete', ' pods delete,list,patch,watch'],
  ['- kind: ServiceAccount', '- kind: User', 'micro-registry to User micro/micro-services'],
];

describe.runIf(overlays.length > 0)('the rules', () => {
  test.each(accidents)('notice %j as %j', (line, becomes, says) => {
    const text = rendered.get('local')!;
    expect(text).toContain(line);
    expect(complaints(text.replace(line, becomes)).map(({ said }) => said)).toEqual(
      says.split('; '),
    );
  });

  test('are all needed', () => {
    const spoilt = accidents.map(([line, becomes]) =>
      rendered.get('local')!.replace(line, becomes),
    );
    const noticed = new Set(spoilt.flatMap(complaints).map(({ rule }) => rule));
    expect([...noticed].sort()).toEqual(rules.map(({ name }) => name).sort());
  });
});

function complaints(text: string): { rule: string; said: string }[] {
  const manifests = parseManifests(text);
  return rules.flatMap(({ name, check }) => check(manifests).map((said) => ({ rule: name, said })));
}

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
