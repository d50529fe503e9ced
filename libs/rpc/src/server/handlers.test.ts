import type { Say } from '@micro/contracts';
import { expectTypeOf, test } from 'vitest';
import type { Client, Handlers } from '../index.ts';

const complete: Handlers<typeof Say> = {
  hello: ({ name }) => ({ msg: name }),
  async *count() {},
  async *chat() {},
};

test('what does not fit the proto does not compile', () => {
  // @ts-expect-error -- a method is missing
  const missing: Handlers<typeof Say> = { hello: complete.hello, count: complete.count };
  // @ts-expect-error -- the request has no such field
  const wrongRequest: Handlers<typeof Say>['hello'] = ({ nam }) => ({ msg: nam });
  // @ts-expect-error -- the response has no such field
  const wrongResponse: Handlers<typeof Say>['hello'] = () => ({ mesg: 'a' });
  // @ts-expect-error -- a stream is not one value
  const notAStream: Handlers<typeof Say>['count'] = () => ({ n: 1 });
  void [missing, wrongRequest, wrongResponse, notAStream];
});

test('a caller gets what the proto says', () => {
  type Caller = Client<typeof Say>;
  expectTypeOf<Awaited<ReturnType<Caller['hello']>>['msg']>().toEqualTypeOf<string>();
  expectTypeOf<ReturnType<Caller['count']>>().toExtend<AsyncIterable<{ n: number }>>();
  expectTypeOf<Caller['hello']>().parameter(0).toExtend<{ name?: string }>();
});
