import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.ts';
import { measure } from './measure.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Bundles a subject with that body. */
async function write(name: string, body: string): Promise<string> {
  const source = join(folder, `${name}.ts`);
  const runner = join(import.meta.dirname, 'subject.ts');
  await writeFile(
    source,
    `import { runSubject } from ${JSON.stringify(runner)};
     runSubject(async (args, ready) => { ${body} });`,
  );
  return bundle(source, { outdir: folder });
}

test('a subject gets its arguments and returns its figures', async () => {
  const file = await write('sum', 'return { sum: Number(args[0]) + Number(args[1]) };');
  expect(await measure(file, ['1', '2'])).toEqual({ sum: 3 });
});

test('one that is ready is told what came of it', async () => {
  const file = await write('wait', 'return { told: (await ready()).length };');
  expect(await measure(file, [], async () => ['one', 'two'])).toEqual({ told: 2 });
});

test('one can ask for a garbage collection', async () => {
  const file = await write('collect', 'gc(); return { collected: 1 };');
  expect(await measure(file, [])).toEqual({ collected: 1 });
});

test('one that fails is an error with what it said', async () => {
  const file = await write('fail', "throw new Error('no pods');");
  await expect(measure(file, [])).rejects.toThrow(/^fail\.cjs ended with 1:\nError: no pods/);
});

test('what fails while it waits is the error', async () => {
  const file = await write('wait-long', 'await ready(); return {};');
  const emit = () => Promise.reject(new Error('nobody watches'));
  await expect(measure(file, [], emit)).rejects.toThrow('nobody watches');
});
