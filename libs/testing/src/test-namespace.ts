import { randomBytes } from 'node:crypto';
import type { Send } from './pod-driver.ts';

/** A namespace of a real cluster, made for one test file and deleted after it. */
export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
  /** An account that may nothing yet; pods can run under it. */
  readonly serviceAccount: string;
  /** A token of that account. */
  token(): Promise<string>;
  /** Applies manifests, `---` between them, of kinds that live in a namespace. */
  apply(yaml: string): Promise<void>;
}

/** Creates a namespace with a service account, as somebody who may. */
export async function createTestNamespace(send: Send): Promise<TestNamespace> {
  const name = `micro-test-${randomBytes(4).toString('hex')}`;
  const serviceAccount = 'runner';
  const root = '/api/v1/namespaces';
  await send('POST', root, { body: { metadata: { name } } });
  const accounts = `${root}/${name}/serviceaccounts`;
  await send('POST', accounts, { body: { metadata: { name: serviceAccount } } });

  return {
    name,
    serviceAccount,
    async token() {
      const answer = await send('POST', `${accounts}/${serviceAccount}/token`, {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      });
      return (answer as { status: { token: string } }).status.token;
    },
    async apply(yaml) {
      for (const manifest of yaml.split(/^---$/m)) {
        const field = (path: RegExp) => path.exec(manifest)?.[1] ?? '';
        const kind = field(/^kind: (\w+)$/m).toLowerCase();
        const object = field(/\bname: "?([-\w.]+)/);
        const group = field(/^apiVersion: (\S+)$/m);
        const base = group.includes('/') ? `/apis/${group}` : `/api/${group}`;
        await send('PATCH', `${base}/namespaces/${name}/${kind}s/${object}`, {
          query: { fieldManager: 'test', force: true },
          body: manifest,
          contentType: 'application/apply-patch+yaml',
        });
      }
    },
    async [Symbol.asyncDispose]() {
      await send('DELETE', `${root}/${name}`, {});
    },
  };
}
