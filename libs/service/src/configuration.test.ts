import { createMemoryRegistry } from '@micro/registry';
import { createTestAuthority, createTlsFolder } from '@micro/testing';
import { expect, test } from 'vitest';
import { listenAddress } from './option-values.ts';
import { OptionsError } from './options.ts';
import { start } from './start.ts';

const spec = { name: 'go.micro.srv.greeter' };
const config = new URL('kubernetes.json', 'file:///nonexistent/').pathname;

/** The lines a start is refused with. */
async function faults(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const error = await start(spec, flags, env).then(
    () => expect.fail('expected it to be refused'),
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(OptionsError);
  return (error as OptionsError).message.split('\n');
}

test.each<[string[], NodeJS.ProcessEnv, string]>([
  [['--registry=nope'], {}, '--registry: expected one of mdns, memory, kubernetes, got "nope"'],
  [
    ['--registry=memory', '--server_advertise=zzz'],
    {},
    '--server_advertise: expected an address as host:port with a port from 1 to 65535, got "zzz"',
  ],
  [
    ['--registry=memory', '--shutdown_delay=soon'],
    {},
    '--shutdown_delay: expected a number of seconds up to 2147483 or auto, got "soon"',
  ],
  [
    ['--registry=memory', '--register_ttl=10'],
    {},
    '--register_interval: expected less than --register_ttl, or a registration would expire between repeats, got 30 and 10',
  ],
  [
    ['--registry=memory', '--server_address=:9090', '--health_address=127.0.0.1:9090'],
    {},
    '--health_address: expected another port than --server_address, got 127.0.0.1:9090 and 0.0.0.0:9090',
  ],
  [
    ['--registry=kubernetes'],
    { KUBECONFIG: config },
    `--registry=kubernetes: could not read the kubeconfig ${config}`,
  ],
  [
    ['--registry=memory', '--client_retries=11'],
    {},
    '--client_retries: expected a whole number from 0 to 10, got "11"',
  ],
  [
    ['--registry=memory', '--server_max_calls=many'],
    {},
    '--server_max_calls: expected a whole number from 1 to 1000000, got "many"',
  ],
])('L13: %j with %j is refused', async (flags, env, line) => {
  expect(await faults(flags, env)).toEqual([expect.stringContaining(line)]);
});

test('L13: what the environment of a pod lacks is said with the rest', async () => {
  const flags = ['--registry=kubernetes', '--server_version='];
  expect(await faults(flags, { POD_NAME: 'a', POD_IP: 'b', KUBECONFIG: config })).toEqual([
    '--server_version: expected a text that is not empty, got ""',
    expect.stringContaining('--registry=kubernetes: could not read the kubeconfig'),
    '--registry=kubernetes: expected POD_IP to be an IP address, got "b"',
    expect.stringContaining('--registry=kubernetes: expected POD_NAMESPACE to be set'),
  ]);
});

test('a registry that was opened for nothing is closed', async () => {
  const closed: string[] = [];
  const registry = createMemoryRegistry();
  const own = () => ({ ...registry, close: async () => void closed.push('own') });
  const starting = start({ ...spec, registries: { own } }, ['--registry=own', '--no'], {});
  await expect(starting).rejects.toThrow('--no: no such option');
  expect(closed).toEqual(['own']);
});

test('a service’s own HTTP address is compared too, by the name of its option', async () => {
  const options = { address: { schema: listenAddress, default: ':80', help: '' } } as const;
  const http = { address: 'address', routes() {} } as const;
  const flags = ['--registry=memory', '--server_address=127.0.0.1:80'];
  await expect(start({ ...spec, options, http }, flags, {})).rejects.toThrow(
    '--address: expected another port than --server_address, got 0.0.0.0:80 and 127.0.0.1:80',
  );
});

test('L13: of the files for TLS all or none are given, and each can be read', async () => {
  const flags = [
    '--registry=memory',
    '--tls_cert=/nonexistent',
    `--tls_key=${import.meta.dirname}`,
  ];
  expect(await faults(flags)).toEqual([
    '--tls_cert: expected a file that can be read, got "/nonexistent": ENOENT',
    `--tls_key: expected a file that can be read, got "${import.meta.dirname}": it is none`,
    '--tls_ca: expected a file, for --tls_cert is given, got ""',
  ]);
});

test('L13: the key for TLS belongs to the certificate, and nothing has expired', async () => {
  const authority = createTestAuthority();
  const { certificate } = authority.issue();
  using folder = createTlsFolder(
    { certificate, key: authority.issue().key },
    authority.certificate,
  );
  const files = folder.files;
  const flags = [
    '--registry=memory',
    `--tls_cert=${files.certificate}`,
    `--tls_key=${files.key}`,
    `--tls_ca=${files.authorities}`,
  ];
  expect(await faults(flags)).toEqual([
    `--tls_key=${files.key}: expected the key of the certificate, got another`,
  ]);
  folder.swap(authority.issue({ toMs: -60_000 }), authority.certificate);
  expect(await faults(flags)).toEqual([
    expect.stringMatching(
      /^--tls_cert=.*: expected a valid certificate, got one that expired at 20/,
    ),
  ]);
});
