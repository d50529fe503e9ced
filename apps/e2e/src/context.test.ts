import { expect, test } from 'vitest';
import { confirm, isLocal } from './context.ts';

test.each([
  ['kind-micro', 'https://10.0.0.1:6443', true],
  ['k3d-micro', 'https://10.0.0.1:6443', true],
  ['minikube', 'https://192.168.49.2:8443', true],
  ['docker-desktop', 'https://kubernetes.docker.internal:6443', true],
  ['test', 'https://127.0.0.1:6443', true],
  ['test', 'https://[::1]:6443', true],
  ['test', 'https://localhost', true],
  ['production', 'https://cluster.example.com', false],
  ['production', 'https://127.0.0.1.example.com', false],
  ['my-minikube', 'https://10.0.0.1', false],
])('context %s at %s is local: %s', (name, server, local) => {
  expect(isLocal({ name, server })).toBe(local);
});

test('touches nothing that is not local when there is nobody to ask', async () => {
  const context = { name: 'production', server: 'https://cluster.example.com' };
  await expect(confirm(context, {})).rejects.toThrow(
    /expected E2E_YES=1 or a terminal to ask on before touching context production at https:\/\/cluster/,
  );
  await expect(confirm(context, { E2E_YES: '1' })).resolves.toBeUndefined();
});
