import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import { confirm, readContext } from './context.ts';
import { step } from './steps.ts';

/** A cluster to test in. Disposing of it leaves things as they were found. */
export interface Cluster extends AsyncDisposable {
  /** What commands need to reach it. */
  readonly env: NodeJS.ProcessEnv;
}

/** Takes the cluster that KUBECONFIG names, or makes one with kind. */
export async function openCluster(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Cluster> {
  const context = await readContext(env);
  if (!context) return await createKind(env, signal);
  await confirm(context, env);
  process.stdout.write(`cluster ${context.name} at ${context.server}\n`);
  const find = ['get', 'namespace', 'micro', '--ignore-not-found', '--output', 'name'];
  const wasThere = (await run('kubectl', find, { env, signal })) !== '';
  return {
    env,
    async [Symbol.asyncDispose]() {
      if (wasThere || env['E2E_KEEP'] === '1') return;
      await step('removing what was deployed', () =>
        run('kubectl', ['delete', '--ignore-not-found', '--kustomize', 'k8s/overlays/local'], {
          env,
        }),
      );
    },
  };
}

const kindName = 'micro-e2e';

async function createKind(base: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'micro-e2e-'));
  const env: NodeJS.ProcessEnv = { ...base };
  env['KUBECONFIG'] ||= join(folder, 'kubeconfig');
  const kind = (args: string[], options = {}) =>
    run('kind', [...args, '--name', kindName], { env, ...options });
  const close = async (): Promise<void> => {
    if (env['E2E_KEEP'] === '1') {
      process.stdout.write(`kept: export KUBECONFIG=${env['KUBECONFIG']}\n`);
      return;
    }
    await step(`deleting kind cluster ${kindName}`, () => kind(['delete', 'cluster']));
    await rm(folder, { recursive: true });
  };
  const image = env['KIND_NODE_IMAGE'];
  const config = ['--config', 'k8s/overlays/kind/cluster.yaml', '--wait', '120s'];
  try {
    await step(`creating kind cluster ${kindName}`, async () => {
      await kind(['delete', 'cluster']); // What an earlier run kept.
      await kind(['create', 'cluster', ...config, ...(image ? ['--image', image] : [])], {
        signal,
      });
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { env, [Symbol.asyncDispose]: close };
}
