import { createInterface } from 'node:readline/promises';
import { run } from './command.ts';

/** The cluster that KUBECONFIG names. */
export interface Context {
  readonly name: string;
  /** The API server's URL. */
  readonly server: string;
}

/** Reads what KUBECONFIG names; undefined if it is not set or names no context. */
export async function readContext(env: NodeJS.ProcessEnv): Promise<Context | undefined> {
  if (!env['KUBECONFIG']) return undefined;
  const text = await run('kubectl', ['config', 'view', '--output', 'json'], { env });
  const config: KubeConfig = JSON.parse(text);
  const name = config['current-context'];
  const used = config.contexts?.find((context) => context.name === name)?.context.cluster;
  const server = config.clusters?.find((cluster) => cluster.name === used)?.cluster.server;
  return name && server ? { name, server } : undefined;
}

/** Whether a cluster is on this machine, so that nobody else is hurt by tests. */
export function isLocal({ name, server }: Context): boolean {
  if (/^(kind-.+|k3d-.+|minikube|docker-desktop)$/.test(name)) return true;
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(server).hostname);
}

/**
 * Asks before a cluster is touched that is not on this machine.
 *
 * @throws Error if the answer is no, or if there is nobody to ask and E2E_YES is not 1.
 */
export async function confirm(context: Context, env: NodeJS.ProcessEnv): Promise<void> {
  if (isLocal(context) || env['E2E_YES'] === '1') return;
  const what = `context ${context.name} at ${context.server}, which is not on this machine`;
  if (!process.stdin.isTTY)
    throw new Error(`expected E2E_YES=1 or a terminal to ask on before touching ${what}`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Deploy, break and mend things in ${what}? [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error(`nothing was done in ${what}`);
}

interface KubeConfig {
  readonly 'current-context'?: string;
  readonly contexts?: { readonly name: string; readonly context: { readonly cluster: string } }[];
  readonly clusters?: { readonly name: string; readonly cluster: { readonly server: string } }[];
}
