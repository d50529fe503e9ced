import { beforeAll, expect, test } from 'vitest';
import { type ApiTalk, type ApiTrial, refusalOf, talk } from './trial.ts';

/** Lists: order, versions, selectors, and what is refused. */
export function listContract(trial: () => ApiTrial): void {
  let api: ApiTalk;
  beforeAll(async () => {
    api = talk(trial());
    for (const name of ['two', 'one', 'three']) await api.pods.create(name);
  });

  test('a list says its kind once and comes in the order of the names', async () => {
    const { status, headers, body } = await api.get('');
    expect([status, headers['content-type'], body.kind, body.apiVersion]).toEqual([
      200,
      'application/json',
      'PodList',
      'v1',
    ]);
    expect(body.metadata).toEqual({ resourceVersion: await api.version() });
    expect(await api.names('')).toEqual(['one', 'three', 'two']);
    expect(Object.keys(body.items[0]).sort()).toEqual(['metadata', 'spec', 'status']);
  });

  test.each([
    ['metadata.name=one', ['one']],
    ['metadata.name==one', ['one']],
    ['metadata.name!=one', ['three', 'two']],
    ['metadata.name=one,metadata.name=two', []],
    ['metadata.name=one,', ['one']],
    ['metadata.namespace=nowhere', []],
  ])('the field selector %s gives %j', async (selector, names) => {
    expect(await api.names(`fieldSelector=${encodeURIComponent(selector)}`)).toEqual(names);
  });

  test.each([
    ['resourceVersion=0'],
    ['resourceVersion=1'],
    ['resourceVersion=0&resourceVersionMatch=NotOlderThan'],
    ['resourceVersion=1&resourceVersionMatch=NotOlderThan'],
    ['limit=0'],
    ['limit=-1'],
    ['limit=1&resourceVersion=0'],
    ['watch=false'],
    ['watch=0'],
  ])('a list with %s is the whole list', async (query) => {
    expect(await api.names(query)).toEqual(['one', 'three', 'two']);
  });

  test.each([
    ['resourceVersion=99999999999'],
    ['resourceVersion=99999999999&resourceVersionMatch=Exact'],
    ['resourceVersion=99999999999&limit=1'],
  ])('a list from a version to come says so: %s', async (query) => {
    const { status, headers, body } = await api.get(query);
    expect([status, headers['retry-after'], body.reason]).toEqual([504, '1', 'Timeout']);
    expect(body.message).toMatch(
      /^Timeout: Too large resource version: 99999999999, current: \d+$/,
    );
    expect(body.details).toEqual({
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  });

  const invalid = '422 Invalid: ListOptions.meta.k8s.io "" is invalid: ';
  test.each([
    [
      'resourceVersion=abc',
      '400 BadRequest: invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    ['limit=x', '400 BadRequest: strconv.ParseInt: parsing "x": invalid syntax'],
    ['fieldSelector=metadata.uid=a', '400 BadRequest: field label not supported: metadata.uid'],
    ['fieldSelector=a', "400 BadRequest: invalid selector: 'a'; can't understand 'a'"],
    [
      'sendInitialEvents=true',
      `${invalid}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
    ],
    [
      'resourceVersionMatch=Exact',
      `${invalid}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
    ],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      `${invalid}resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    ],
    [
      'resourceVersion=1&resourceVersionMatch=Newest',
      `${invalid}resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""`,
    ],
    ['continue=%2A', '400 BadRequest: invalid continue token: continue key is not valid: '],
  ])('a list with %s is refused', async (query, words) => {
    expect(refusalOf(await api.get(query)).slice(0, words.length)).toBe(words);
  });

  test('a refusal of the options names the option', async () => {
    const { body } = await api.get('resourceVersionMatch=Exact');
    expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, code: 422 });
    expect(body.details).toEqual({
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [
        {
          reason: 'FieldValueForbidden',
          message:
            'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
          field: 'resourceVersionMatch',
        },
      ],
    });
  });

  test('a version that is forgotten is gone', async () => {
    await trial().forget();
    for (const query of [
      'resourceVersion=2&resourceVersionMatch=Exact',
      'resourceVersion=2&limit=1',
    ])
      expect(refusalOf(await api.get(query))).toBe(
        '410 Expired: The resourceVersion for the provided list is too old.',
      );
    expect(await api.names('resourceVersion=2')).toEqual(['one', 'three', 'two']);
  }, 700_000);
}
