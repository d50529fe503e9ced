import { listenAddress, type OptionDefinition, type ServiceSpec } from '@micro/service';
import { addRoutes } from './routes.ts';

const address: OptionDefinition<string> = {
  schema: listenAddress,
  default: '127.0.0.1:8082',
  env: 'MICRO_WEB_ADDRESS',
  help: 'where the dashboard is served; it has no login',
};

/** The dashboard: who is there, live, and a form to call them with. */
export const web: ServiceSpec<[], { address: typeof address }> = {
  name: 'go.micro.web',
  options: { address },
  http: { address: 'address', routes: addRoutes },
};
