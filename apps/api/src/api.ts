import { listenAddress, names, onOff, type ServiceSpec } from '@micro/service';
import { addBodyParsers } from './body.ts';
import { addRpcRoute } from './rpc-route.ts';
import { addServiceRoutes } from './service-routes.ts';

const options = {
  address: {
    schema: listenAddress,
    default: '127.0.0.1:8080',
    env: 'MICRO_API_ADDRESS',
    help: 'where it answers HTTP',
  },
  namespace: {
    schema: names,
    default: 'go.micro.api,go.micro.srv',
    env: 'MICRO_API_NAMESPACE',
    help: 'where /greeter/… looks for services, in this order; outside go.micro.api only public methods',
  },
  enable_rpc: {
    schema: onOff,
    default: 'false',
    env: 'MICRO_API_ENABLE_RPC',
    help: 'serve POST /rpc, which calls any method of any service: for development',
  },
} as const;

/** The values of the api's own options. */
export type ApiOptions = typeof options;

/** The way in: HTTP and JSON outside, services inside. */
export const api: ServiceSpec<[], ApiOptions> = {
  name: 'go.micro.api',
  options,
  http: {
    address: 'address',
    routes(app, service) {
      addBodyParsers(app);
      if (service.options.enable_rpc) addRpcRoute(app, service);
      addServiceRoutes(app, service);
    },
  },
};
