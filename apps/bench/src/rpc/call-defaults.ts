import { Say } from '@micro/contracts';
import { start } from '@micro/service';
import { callerOf } from './caller-of.ts';
import { greeterName, registryOf } from './nodes.ts';
import { runCaller } from './run-caller.ts';

runCaller(async (addresses) => {
  const registries = { given: () => registryOf(addresses) };
  const spec = { name: 'go.micro.srv.bench', registries };
  const { client } = await start(spec, ['--registry=given'], {});
  return callerOf(client(Say, greeterName));
});
