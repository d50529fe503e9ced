import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Caller, startLoad } from './load.ts';

/** Answers later, and knows how many calls wait at once at most. */
function createCaller(answers: Partial<Caller> = {}) {
  const calls = { open: 0, most: 0 };
  const caller: Caller = {
    hello(name, done) {
      calls.open++;
      calls.most = Math.max(calls.most, calls.open);
      void setImmediate().then(() => {
        calls.open--;
        done(undefined, `Hello ${name}`);
      });
    },
    count(to, seen, done) {
      void setImmediate().then(() => {
        for (let n = 1; n <= to; n++) seen();
        done();
      });
    },
    ...answers,
  };
  return { caller, calls };
}

test('each lane has one call outstanding until all is stopped', async () => {
  const { caller, calls } = createCaller();
  const running = startLoad(caller, { lanes: 7, letters: 3 });
  await running.reach(100);
  await running.stop();
  expect(calls).toEqual({ open: 0, most: 7 });
});

test('it reaches a number of calls with the last of them', async () => {
  const { caller } = createCaller();
  let made = 0;
  const counting: Caller = {
    ...caller,
    hello(name, done) {
      made++;
      caller.hello(name, done);
    },
  };
  const running = startLoad(counting, { lanes: 1, letters: 3 });
  await running.reach(20);
  expect(made).toBe(21); // One is on its way again.
  await running.stop();
});

test('of streams messages are counted', async () => {
  const { caller } = createCaller();
  let streams = 0;
  const counting: Caller = {
    ...caller,
    count(to, seen, done) {
      streams++;
      caller.count(to, seen, done);
    },
  };
  const running = startLoad(counting, { lanes: 1, messages: 50 });
  await running.reach(100);
  await running.stop();
  expect(streams).toBe(3); // As above.
});

test('an answer of another length is an error', async () => {
  const { caller } = createCaller({ hello: (_name, done) => done(undefined, 'Hello') });
  const running = startLoad(caller, { lanes: 1, letters: 3 });
  await expect(running.stop()).rejects.toThrow('expected an answer of 9 letters, got 5');
});

test('a stream that ends early is an error', async () => {
  const { caller } = createCaller({ count: (_to, _seen, done) => done() });
  const running = startLoad(caller, { lanes: 1, messages: 2 });
  await expect(running.stop()).rejects.toThrow('expected 2 messages, got 0');
});

test('a call that fails is the error, though others go on', async () => {
  const failure = new Error('no node');
  let first = true;
  const { caller } = createCaller();
  const failing: Caller = {
    ...caller,
    hello(name, done) {
      if (!first) return caller.hello(name, done);
      first = false;
      done(failure);
    },
  };
  const running = startLoad(failing, { lanes: 2, letters: 3 });
  await expect(running.reach(1_000_000)).rejects.toBe(failure);
});
