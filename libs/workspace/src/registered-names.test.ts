import { expect, test } from 'vitest';
import { readRegisteredNames } from './registered-names.ts';

test('asks apps for the names that they register by', async () => {
  expect(await readRegisteredNames(['greeter', 'web'])).toEqual(
    new Map([
      ['greeter', 'go.micro.srv.greeter'],
      ['web', 'go.micro.web'],
    ]),
  );
});

test('says which app does not answer', async () => {
  await expect(readRegisteredNames(['nothing'])).rejects.toThrow(/apps\/nothing\/src\/main\.ts/);
});
