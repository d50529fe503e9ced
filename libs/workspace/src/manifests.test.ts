import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { manifestRules } from './manifest-rules.ts';
import { parseManifests, renderOverlay } from './manifests.ts';
import { workspaceRoot } from './packages.ts';
import { readRegisteredNames } from './registered-names.ts';

const skaffold = parse(readFileSync(join(workspaceRoot, 'skaffold.yaml'), 'utf8'));
const images: string[] = skaffold.build.artifacts.map(({ image }: { image: string }) => image);
const rules = manifestRules(await readRegisteredNames(images));
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

const unbound =
  'expected a policy bound to namespace micro, got none; ' +
  'add ../../components/self-writes-only to the components of the overlay';

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
  ['emptyDir:', 'hostPath:', 'volumes of api'],
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
  ['self-writes-only: "true"', 'self-writes: "true"', unbound],
  ['failurePolicy: Fail', 'failurePolicy: Ignore', unbound],
  ['- UPDATE', '- CREATE', unbound],
  ['- pods/*', '- pods/status', unbound],
  ['- Deny', '- Warn', unbound],
  ['policyName: micro-self', 'policyName: self', unbound],
  [
    'claims: go.micro.srv.greeter',
    'claim: go.micro.srv.greeter',
    'expected deployment greeter to claim go.micro.srv.greeter, got no claims; ' +
      'write micro.mu/claims: go.micro.srv.greeter to its spec.template.metadata.annotations',
  ],
  [
    '- --server_address',
    '- --server_name=go.micro.gate\n        - --server_address',
    'expected deployment api to claim go.micro.gate, got go.micro.api; ' +
      'write micro.mu/claims: go.micro.gate to its spec.template.metadata.annotations',
  ],
  [
    '- name: POD_NAME\n',
    '- name: MICRO_SERVER_NAME\n          value: go.micro.gate\n        - name: POD_NAME\n',
    'expected deployment api to claim go.micro.gate, got go.micro.api; ' +
      'write micro.mu/claims: go.micro.gate to its spec.template.metadata.annotations',
  ],
  [
    'claims: go.micro.api',
    'claims: go.micro.api, go.micro.web',
    'expected one deployment to claim go.micro.web, got api and web',
  ],
  ['- kind: ServiceAccount', '- kind: User', 'micro-registry to User micro/micro-services'],
];

describe.runIf(overlays.length > 0)('the rules', () => {
  test.each(accidents)('notice %j as %j', (line, becomes, says) => {
    const text = rendered.get('local')!;
    expect(text).toContain(line);
    const said = complaints(text.replace(line, becomes)).map((complaint) => complaint.said);
    expect(said.join('; ')).toBe(says);
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
