import { Client, credentials } from '@grpc/grpc-js';
import { greetings } from './greetings.ts';
import { runCaller } from './run-caller.ts';

// What generated stubs are: each method hands what the generator knows of it to grpc.Client.
runCaller(async ([address = '']) => {
  const client = new Client(address, credentials.createInsecure());
  const { hello, count } = greetings;
  return {
    hello(name, done) {
      client.makeUnaryRequest(
        hello.path,
        hello.requestSerialize,
        hello.responseDeserialize,
        { name },
        (failure, answer) => done(failure, answer?.msg),
      );
    },
    count(to, seen, done) {
      const { path, requestSerialize, responseDeserialize } = count;
      client
        .makeServerStreamRequest(path, requestSerialize, responseDeserialize, { to })
        .on('data', seen)
        .on('error', done)
        .on('end', done);
    },
  };
});
