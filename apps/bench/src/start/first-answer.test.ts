import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askNothing, fetchOk, measureFirstAnswer } from './first-answer.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'first-answer-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, body: string): Promise<string> {
  const file = join(folder, `${name}.cjs`);
  await writeFile(file, body);
  return file;
}

test('the first answer is the first good one of a program that has said that it listens', async () => {
  const file = await write(
    'late',
    `let asked = 0;
     const server = require('node:http').createServer((request, response) => {
       response.writeHead(++asked < 3 ? 503 : 200).end();
     });
     server.listen(0, '127.0.0.1', () => {
       console.log('{"msg":"about to start"}');
       console.log(JSON.stringify({ msg: 'started', http: '127.0.0.1:' + server.address().port }));
     });`,
  );
  const { timeMs, cpuMs, rssBytes } = await measureFirstAnswer(file, [], fetchOk('/'));
  expect(timeMs).toBeGreaterThan(5);
  expect(cpuMs).toBeGreaterThan(5);
  expect(rssBytes).toBeGreaterThan(20e6);
});

test('a program that ends before it has started is an error', async () => {
  const file = await write('end', '');
  await expect(measureFirstAnswer(file, [], askNothing)).rejects.toThrow(
    'the program ended before it had started',
  );
});
