export type { OnHttpError } from './http-error.ts';
export {
  close,
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  listen,
  maxBodyBytes,
} from './http-server.ts';
export { left } from './left.ts';
export type { Probes } from './probes.ts';
