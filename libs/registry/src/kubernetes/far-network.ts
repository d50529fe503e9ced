import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTcpProxy, type Place } from '@micro/testing';

/** A network of its own, with a host in it that leads to a place. Nothing but what goes there is touched. */
export interface FarNetwork extends AsyncDisposable {
  /** The far host, for TCP. */
  readonly host: string;
  readonly port: number;
  /** Loses every packet from now on, without a word to anybody. */
  lose(): Promise<void>;
  /** Loses none any more. */
  deliver(): Promise<void>;
}

/** Says why no such network can be made here; undefined if one can. */
export async function whyNoFarNetwork(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can make a network namespace';
  try {
    for (const command of ['ip', 'iptables']) await run(command, ['-V']);
    return undefined;
  } catch (error) {
    return `ip and iptables are needed: ${(error as Error).message}`;
  }
}

/** Creates it with Linux's network namespaces. */
export async function createFarNetwork(to: Place): Promise<FarNetwork> {
  const name = `far-${randomBytes(4).toString('hex')}`;
  const [near, far] = [`${name}-a`, `${name}-b`];
  // RFC 2544 keeps these addresses for tests of networks.
  const subnet = `198.18.${randomInt(256)}.${4 * randomInt(64)}`.split('.');
  const address = (host: number) => [...subnet.slice(0, 3), Number(subnet[3]) + host].join('.');
  const [here, host] = [address(1), address(2)];
  const inside = ['netns', 'exec', name];
  // A path is the same in every network.
  const path = join(tmpdir(), `${name}.sock`);

  await using open = new AsyncDisposableStack();
  await run('ip', ['netns', 'add', name]);
  open.defer(() => run('ip', ['netns', 'delete', name]));
  await run('ip', ['link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name]);
  await run('ip', ['address', 'add', `${here}/30`, 'dev', near]);
  await run('ip', ['link', 'set', near, 'up']);
  await run('ip', ['-netns', name, 'address', 'add', `${host}/30`, 'dev', far]);
  await run('ip', ['-netns', name, 'link', 'set', far, 'up']);
  open.use(await createTcpProxy(to, { at: { path } }));
  const script = `
    import { createTcpProxy } from ${JSON.stringify(import.meta.resolve('@micro/testing'))};
    const { port } = await createTcpProxy({ path: ${JSON.stringify(path)} }, { at: { host: '${host}', port: 0 } });
    process.stdout.write(String(port));`;
  const child = spawn('ip', [...inside, process.execPath, '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  open.defer(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [port] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });

  const kept = open.move();
  return {
    host,
    port: Number(port),
    async lose() {
      await run('ip', [...inside, 'iptables', '--insert', 'INPUT', '--jump', 'DROP']);
      await run('ip', [...inside, 'iptables', '--insert', 'OUTPUT', '--jump', 'DROP']);
    },
    async deliver() {
      await run('ip', [...inside, 'iptables', '--flush']);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function run(command: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(command, args);
}
