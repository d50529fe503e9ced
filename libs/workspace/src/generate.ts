import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from './packages.ts';

/** Where each library's protos are, and the code made of them. */
export const generated = [
  { library: 'contracts', protos: ['contracts/proto/go'] },
  { library: 'rpc', protos: ['rpc/proto/google', 'rpc/proto/grpc', 'rpc/proto/micro'] },
] as const;

/**
 * Generates TypeScript from protos with buf and protoc-gen-es, both from node_modules.
 *
 * @param out The folder that takes the place of `libs`.
 */
export function generate(out: string): void {
  for (const { library, protos } of generated) {
    const paths = protos.flatMap((path) => ['--path', path]);
    const template = `${library}/buf.gen.yaml`;
    execFileSync('buf', ['generate', '--template', template, '--output', out, ...paths], {
      cwd: join(workspaceRoot, 'libs'),
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        PATH: `${join(workspaceRoot, 'node_modules/.bin')}:${process.env['PATH']}`,
      },
    });
  }
}

if (import.meta.main) generate(join(workspaceRoot, 'libs'));
