import { createServer } from 'nice-grpc';
import { greetings } from './greetings.ts';
import { runServer } from './run-server.ts';

runServer(async () => {
  const server = createServer();
  server.add(greetings, {
    async hello({ name }) {
      return { msg: `Hello ${name}` };
    },
    async *count({ to }) {
      for (let n = 1; n <= to; n++) yield { n };
    },
  });
  return [`127.0.0.1:${await server.listen('127.0.0.1:0')}`];
});
