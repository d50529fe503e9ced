import { Say } from '@micro/contracts';
import { start } from '@micro/service';
import { say } from '../../../greeter/src/say.ts';
import { greeterName, startNodes } from './nodes.ts';
import { runServer } from './run-server.ts';

runServer(() =>
  startNodes(async () => {
    const spec = { name: greeterName, handlers: [[Say, say]] } as const;
    const { address } = await start(spec, ['--registry=memory'], {});
    return address;
  }),
);
