import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpServer } from '@micro/http';
import { RpcError } from '@micro/rpc';
import { icon } from './icon.ts';

/** Where the built page lies: seen from `src` or from `dist/bundle`, and in an image. */
const folders = ['../dist/page', '../page'].map((folder) => join(import.meta.dirname, folder));

/** All there is to serve, so no path leads anywhere else. */
const files: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'main.css': 'text/css; charset=utf-8',
};

const headers = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'referrer-policy': 'no-referrer',
};

/**
 * Serves the page.
 *
 * @param name Who says that it is not built.
 * @param places Where it may lie; the first place that has it counts.
 */
export function addPage(app: HttpServer, name: string, places: readonly string[] = folders): void {
  const read = async (file: string): Promise<string | Buffer> => {
    // The unbuilt page has an index.html too.
    const folder = places.find((place) => existsSync(join(place, 'main.js')));
    if (folder === undefined)
      throw new RpcError(503, 'the page is not built; build it with: npx nx build web', {
        id: name,
      });
    return readFile(join(folder, file));
  };
  const serve = (path: string, type: string, content: () => Promise<string | Buffer>): void => {
    app.get(path, async (request, reply) => {
      const body = await content();
      const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
      void reply.headers({ ...headers, etag });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(type).send(body);
    });
  };

  for (const [file, type] of Object.entries(files))
    serve(file === 'index.html' ? '/' : `/${file}`, type, () => read(file));
  serve('/icon.svg', 'image/svg+xml', async () => icon);
}
