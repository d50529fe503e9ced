import { expect, test } from 'vitest';
import { listening } from './listening.ts';
import { start } from './start.ts';

test.each([
  [
    '--server_address=8.8.8.8:1',
    '--server_address=8.8.8.8:1 (or MICRO_SERVER_ADDRESS): this machine has no address 8.8.8.8; choose one of its own, 0.0.0.0 is all of them',
  ],
  [
    '--health_address=8.8.8.8:1',
    '--health_address=8.8.8.8:1 (or MICRO_HEALTH_ADDRESS): this machine has no address 8.8.8.8; choose one of its own, 0.0.0.0 is all of them',
  ],
  [
    '--health_address=nobody.invalid:0',
    '--health_address=nobody.invalid:0 (or MICRO_HEALTH_ADDRESS): nobody knows the host nobody.invalid; choose an address of this machine, 0.0.0.0 is all of them',
  ],
])('C24: %s says what to change', async (flag, sentence) => {
  const begun = performance.now();
  const starting = start({ name: 'a' }, ['--registry=memory', '--log_level=error', flag], {});
  await expect(starting).rejects.toThrow(sentence);
  expect(performance.now() - begun).toBeLessThan(1_000 * 10);
});

test.each(['EACCES: permission denied', 'listen EACCES 0.0.0.0:80'])(
  'C24: a port that only the superuser may have says so: %s',
  async (message) => {
    const refused = () => Promise.reject(new Error(message));
    await expect(listening('address', 'MICRO_ADDRESS', '0.0.0.0:80', refused)).rejects.toThrow(
      '--address=0.0.0.0:80 (or MICRO_ADDRESS): this user may not listen on port 80; choose one from 1024',
    );
  },
);

test('any other reason is told as it is', async () => {
  const refused = () => Promise.reject(new Error('no more memory'));
  await expect(
    listening('server_address', 'MICRO_SERVER_ADDRESS', '[::]:0', refused),
  ).rejects.toThrow('--server_address=[::]:0 (or MICRO_SERVER_ADDRESS): no more memory');
});
