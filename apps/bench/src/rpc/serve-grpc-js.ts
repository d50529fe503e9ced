import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { CountRequest, Request } from '@micro/contracts';
import { greetings } from './greetings.ts';
import { runServer } from './run-server.ts';

runServer(async () => {
  const server = new Server();
  server.addService(greetings, {
    hello(
      { request: { name } }: ServerUnaryCall<Request, { msg: string }>,
      answer: sendUnaryData<{ msg: string }>,
    ) {
      answer(null, { msg: `Hello ${name}` });
    },
    count(call: ServerWritableStream<CountRequest, { n: number }>) {
      let n = 0;
      const more = (): void => {
        while (n < call.request.to) {
          n++;
          if (call.write({ n })) continue;
          call.once('drain', more);
          return;
        }
        call.end();
      };
      more();
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  return [`127.0.0.1:${await promise}`];
});
