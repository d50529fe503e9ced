import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from './packages.ts';

/** Where the protos are that code is made of: `floor` is the folder with the `buf.yaml` that finds them. */
export const generated = [
  { floor: 'libs', room: 'contracts', protos: ['contracts/proto/go'] },
  { floor: 'libs', room: 'rpc', protos: ['rpc/proto/google', 'rpc/proto/grpc', 'rpc/proto/micro'] },
  { floor: 'apps', room: 'conformance', protos: ['conformance/proto/connectrpc'] },
] as const;

/**
 * Generates TypeScript from protos with buf and protoc-gen-es, both from node_modules.
 *
 * @param out The folder that takes the place of the workspace's.
 */
export function generate(out: string): void {
  for (const { floor, room, protos } of generated) {
    const paths = protos.flatMap((path) => ['--path', path]);
    const to = ['--template', `${room}/buf.gen.yaml`, '--output', join(out, floor)];
    execFileSync('buf', ['generate', ...to, ...paths], {
      cwd: join(workspaceRoot, floor),
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        PATH: `${join(workspaceRoot, 'node_modules/.bin')}:${process.env['PATH']}`,
      },
    });
  }
}

if (import.meta.main) generate(workspaceRoot);
