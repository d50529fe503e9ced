import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleApp } from './bundle.ts';

/** An image that skaffold wants. */
export interface ImageRequest {
  /** The app's folder, `apps/greeter`. */
  readonly app: string;
  /** The name with its tag, `localhost:5000/greeter:1f0c…`. */
  readonly image: string;
  /** Whether it goes to the registry of its name, or stays in the local docker. */
  readonly push: boolean;
  /** `linux/amd64`; none means docker's own. */
  readonly platforms: readonly string[];
}

/**
 * Reads what skaffold tells a custom builder: the app as argument, the rest in the environment.
 * See https://skaffold.dev/docs/builders/builder-types/custom/.
 *
 * @throws TypeError saying what is missing or can't be done.
 */
export function readImageRequest(
  [name]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ImageRequest {
  const { IMAGE, PUSH_IMAGE, BUILD_CONTEXT, PLATFORMS } = env;
  if (!name) throw new TypeError('expected the name of an app as argument, such as greeter');
  const app = join(BUILD_CONTEXT ?? '.', 'apps', name);
  if (!existsSync(app)) throw new TypeError(`expected the app ${name} in ${app}, found nothing`);
  if (!IMAGE) throw new TypeError('expected IMAGE to name the image to build; skaffold sets it');
  if (!/:[^/:]+$/.test(IMAGE) || IMAGE.endsWith(':latest'))
    throw new TypeError(`expected IMAGE with a tag that is a version, got ${IMAGE}`);
  const push = PUSH_IMAGE === 'true';
  const platforms = PLATFORMS?.split(',').filter(Boolean) ?? [];
  if (!push && platforms.length > 1)
    throw new TypeError(`expected one platform for a local image, got ${PLATFORMS}; push it`);
  return { app, image: IMAGE, push, platforms };
}

/** Bundles the app on this machine and has docker copy the bundle onto the base image. */
export async function buildImage(request: ImageRequest): Promise<void> {
  await bundleApp(request.app);
  const { app, image, push, platforms } = request;
  await docker([
    ...['buildx', 'build', '--quiet', '--tag', image],
    ...(platforms.length > 0 ? ['--platform', platforms.join(',')] : []),
    // An attestation makes a one-platform image an index, which kind can't load.
    ...['--provenance=false', push ? '--push' : '--load'],
    ...['--file', join(import.meta.dirname, '../Dockerfile'), join(app, 'dist')],
  ]);
}

async function docker(args: readonly string[]): Promise<void> {
  const child = spawn('docker', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`docker ${args.slice(0, 2).join(' ')} ended with ${code}`);
}
