import { Say } from '@micro/contracts';
import type { Client } from '@micro/rpc';
import { type Running, start } from '@micro/service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from './say.ts';

let running: Running;
let greeter: Client<typeof Say>;

beforeAll(async () => {
  const name = 'go.micro.srv.greeter';
  const flags = ['--registry=memory', '--log_level=error'];
  running = await start({ name, handlers: [[Say, say]] }, flags, {});
  greeter = running.client(Say, name);
});

afterAll(() => running.stop());

test('greets', async () => {
  expect((await greeter.hello({ name: 'John' })).msg).toBe('Hello John');
});

test('counts, up to a limit', async () => {
  expect(await Array.fromAsync(greeter.count({ to: 3 }), ({ n }) => n)).toEqual([1, 2, 3]);
  const tooMany = Array.fromAsync(greeter.count({ to: 10_001 }));
  await expect(tooMany).rejects.toMatchObject({ code: 400 });
});

test('answers each greeting of a chat', async () => {
  const names = (async function* () {
    yield { name: 'Ann' };
    yield { name: 'Bob' };
  })();
  const said = await Array.fromAsync(greeter.chat(names), ({ msg }) => msg);
  expect(said).toEqual(['Hello Ann', 'Hello Bob']);
});
