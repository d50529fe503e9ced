import { createTestAuthority, createTlsFolder, type TlsFolder } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTls, type TlsIdentity } from '../index.ts';
import { createTestNetwork, greeterName, type TestNetwork } from '../test-network.ts';

const authority = createTestAuthority();
let network: TestNetwork;
let problems: Array<string | undefined>;

beforeEach(() => {
  network = createTestNetwork();
  problems = [];
});
afterEach(() => network[Symbol.asyncDispose]());

/** A folder with what an authority says of a name, and who it makes. */
function prove(name: string, by = authority): { folder: TlsFolder; tls: TlsIdentity } {
  const folder = createTlsFolder(by.issue({ dns: [name] }), authority.certificate);
  network.defer(() => folder[Symbol.dispose]());
  return { folder, tls: openTls(folder.files, (_, reason) => problems.push(reason)) };
}

test('C30: a handler sees by whom it is called', async () => {
  let identities: readonly string[] = [];
  const hello = (_: unknown, context: { identities: readonly string[] }) => {
    identities = context.identities;
    return { msg: '' };
  };
  await network.serve({ hello }, { tls: prove(greeterName).tls });
  await network.client({}, { tls: prove('go.micro.api').tls }).hello({});
  expect(identities).toEqual(['go.micro.api']);
});

test.each([
  ['another service', 'go.micro.srv.other', authority],
  ['nobody that is believed', greeterName, createTestAuthority('a stranger')],
])(
  'C30: a node that proves to be %s is not called, and callers hear little of it',
  async (_, name, by) => {
    await network.serve({}, { tls: prove(name, by).tls });
    const client = network.client({}, { tls: prove('go.micro.api').tls });
    await expect(client.hello({})).rejects.toMatchObject({
      code: 503,
      detail: expect.stringMatching(
        /^no connection to any of 1 node of go.micro.srv.greeter: the node’s certificate is not valid$/,
      ),
    });
    expect(problems[0]).toMatch(/its certificate names|no authority/);
  },
);

test('C30: a node that is believed is called instead of one that is not', async () => {
  const impostor = await network.serve({}, { tls: prove('go.micro.srv.other').tls });
  await network.serve({}, { tls: prove(greeterName).tls });
  const client = network.client({}, { tls: prove('go.micro.api').tls });
  for (let call = 0; call < 50; call++) await client.hello({});
  expect(impostor.answered).toEqual([]);
});

test('C30: no call fails while every certificate and the authority are replaced', async () => {
  const server = prove(greeterName);
  const caller = prove('go.micro.api');
  const client = network.client({}, { tls: caller.tls });
  let nodes = [await network.serve({}, { tls: server.tls })];
  /** New nodes, so that there are new handshakes, and the old ones leave. */
  const replaceNodes = async (): Promise<void> => {
    const before = nodes;
    nodes = [
      await network.serve({}, { tls: server.tls }),
      await network.serve({}, { tls: server.tls }),
    ];
    for (const { node, close } of before) {
      await network.registry.deregister(node);
      await close();
    }
  };
  let calls = 0;
  let done = false;
  const load = async (): Promise<void> => {
    while (!done) {
      await client.hello({});
      calls++;
    }
  };
  const loads = Promise.all([load(), load(), load()]);

  // As authorities are replaced: both are believed, then the new one certifies, then it alone is believed.
  const next = createTestAuthority('the next');
  const both = authority.certificate + next.certificate;
  const renew = (by: typeof next, believed: string): void => {
    server.folder.swap(by.issue({ dns: [greeterName] }), believed);
    caller.folder.swap(by.issue({ dns: ['go.micro.api'] }), believed);
  };
  const steps = [
    [authority, both],
    [next, both],
    [next, next.certificate],
  ] as const;
  for (const [by, believed] of steps) {
    renew(by, believed);
    await replaceNodes();
    const enough = calls + 100;
    while (calls < enough) await client.hello({});
  }
  done = true;
  await loads;
  // Who believes the new one alone is content with the nodes.
  caller.folder.swap(next.issue({ dns: ['a newcomer'] }), next.certificate);
  await network.client({}, { tls: openTls(caller.folder.files) }).hello({});
  expect(calls).toBeGreaterThan(300);
  expect(problems).toEqual([]);
});
