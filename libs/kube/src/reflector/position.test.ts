import { expect, test } from 'vitest';
import { KubeError, type KubeErrorOptions } from '../errors.ts';
import { describeRequest } from '../request-path.ts';
import { afterFailure, anew, beginning, type Position, reached } from './position.ts';

const about = describeRequest('GET', '/api/v1/namespaces/micro/pods', true);
const error = (reason: string, options: KubeErrorOptions = {}) =>
  new KubeError(reason, '', about, options);
const following = reached(beginning, '7');
const lost = error('Expired', { status: 410 });

/** Where to go on, in few words. */
function show({ version, notOlderThan, watchList, confirming }: Position): string {
  const where =
    version === undefined ? `all, not older than ${notOlderThan || 'etcd'}` : `from ${version}`;
  return where + (watchList ? '' : ', by list') + (confirming ? ', to be believed' : '');
}

test.each<[string, Position, string, KubeError, string]>([
  [
    'the beginning',
    beginning,
    'a broken connection',
    error('Unreachable'),
    'all, not older than 0',
  ],
  [
    'the beginning',
    beginning,
    'no permission',
    error('Forbidden', { status: 403 }),
    'all, not older than 0',
  ],
  [
    'the beginning',
    beginning,
    'no watch-list',
    error('Invalid', { status: 422 }),
    'all, not older than 0, by list',
  ],
  [
    'the beginning',
    beginning,
    'an older server',
    error('BadRequest', { status: 400 }),
    'all, not older than 0, by list',
  ],
  ['a version', following, 'a broken connection', error('Unreachable'), 'from 7'],
  ['a version', following, 'silence', error('Silent'), 'from 7'],
  [
    'a version',
    following,
    'a server that is busy',
    error('TooManyRequests', { status: 429 }),
    'from 7',
  ],
  ['a version', following, 'a server that forgot it', lost, 'all, not older than 7'],
  ['a version', following, 'what is no event', error('Malformed'), 'all, not older than 7'],
  ['a version', following, 'what is too large', error('TooLarge'), 'all, not older than 7'],
  [
    'a version',
    following,
    'a refusal of what was asked',
    error('Invalid', { status: 422 }),
    'from 7',
  ],
  ['all', anew(following), 'a server that has not even that', lost, 'all, not older than etcd'],
  [
    'all',
    anew(following),
    'a version to come',
    error('Timeout', { status: 504, causes: ['ResourceVersionTooLarge'] }),
    'all, not older than etcd',
  ],
  [
    'all',
    anew(following),
    'most pods missing',
    error('Suspect'),
    'all, not older than etcd, to be believed',
  ],
])('from %s, after %j %s', (_, position, __, failure, then) => {
  expect(show(afterFailure(position, failure))).toBe(then);
});

test('what was confirmed once is not believed the next time', () => {
  const confirming = afterFailure(following, error('Suspect'));
  expect(reached(confirming, '9')).toEqual(reached(beginning, '9'));
});
