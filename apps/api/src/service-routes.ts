import { type HttpServer, left } from '@micro/http';
import type { View } from '@micro/registry';
import { RpcError } from '@micro/rpc';
import type { Service } from '@micro/service';
import type { ApiOptions } from './api.ts';
import { requestOf } from './body.ts';
import { metadataOf, timeoutOf } from './headers.ts';
import { type Target, targetOf } from './path.ts';

/** The namespace that is for the outside as a whole; elsewhere each method must say that it is. */
const openNamespace = 'go.micro.api';

/** `/greeter/say/hello` is `Say.Hello` of the greeter in the first namespace that has one. */
export function addServiceRoutes(app: HttpServer, service: Service<ApiOptions>): void {
  const { dynamic, options, registry } = service;
  const services = registry.watch();
  app.addHook('onClose', async () => services.close());

  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/*',
    exposeHeadRoute: false, // Who asks for the head alone does not want it done.
    async handler(request, reply) {
      const target = targetOf(decode(request.url));
      if (!target) return { name: service.name, version: options.server_version };
      await dynamic.synced();
      const name = find(services, options.namespace, target);
      const schema = await dynamic.describe(name);
      const message = requestOf(schema.method(target.endpoint), request.url, request.body);
      return dynamic.call(
        {
          service: name,
          endpoint: target.endpoint,
          metadata: metadataOf(request.headers, request.id),
          signal: left(reply.raw),
          ...timeoutOf(request.headers),
        },
        message,
      );
    },
  });
}

/** @throws RpcError 404 without such a service, 403 for a method that is not for the outside. */
function find(
  { nodes }: View,
  namespaces: readonly string[],
  { service, endpoint }: Target,
): string {
  for (const namespace of namespaces) {
    const name = `${namespace}.${service}`;
    const found = nodes.filter((node) => node.service === name);
    if (found.length === 0) continue;
    const asked = found.flatMap(({ endpoints }) => endpoints.filter((e) => e.name === endpoint));
    // All of them: the call may go to any node, an older one that keeps the method to itself too.
    const isPublic =
      asked.length > 0 && asked.every(({ metadata }) => metadata['public'] === 'true');
    if (namespace === openNamespace || isPublic) return name;
    if (asked.length === 0) throw new RpcError(404, `no endpoint ${endpoint} in ${name}`);
    throw new RpcError(
      403,
      `${endpoint} of ${name} is not public; its proto can make it so with option (.micro.public) = true`,
    );
  }
  throw new RpcError(404, `no service ${service} in ${namespaces.join(', ')}`);
}

function decode(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    throw new RpcError(400, `expected a path in UTF-8, got ${path.slice(0, 60)}`);
  }
}
