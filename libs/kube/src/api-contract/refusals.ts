import { beforeAll, expect, test } from 'vitest';
import { podsPath } from '../request-path.ts';
import { type ApiTalk, type ApiTrial, readJson, refusalOf, talk } from './trial.ts';

/** Patches that are refused: for their form, for limits, for what cannot be changed. */
export function refusalContract(trial: () => ApiTrial): void {
  let api: ApiTalk;
  beforeAll(async () => {
    api = talk(trial());
    await api.pods.create('checked');
  });
  const merge = (metadata: unknown) => api.patch('checked', 'merge-patch', { metadata });

  const long = 'x'.repeat(64);
  const name = "must consist of alphanumeric characters, '-', '_' or '.'";
  test.each([
    ['uid', { uid: 'other' }, 'metadata.uid: Invalid value: "other": field is immutable'],
    [
      'a long label',
      { labels: { a: long } },
      `metadata.labels: Invalid value: "${long}": must be no more than 63 bytes`,
    ],
    [
      'a long key',
      { labels: { [long]: '' } },
      `metadata.labels: Invalid value: "${long}": name part must be no more than 63 bytes`,
    ],
    [
      'a label with a blank',
      { labels: { a: 'a b' } },
      `metadata.labels: Invalid value: "a b": a valid label must be an empty string or consist of`,
    ],
    [
      'a key with two slashes',
      { labels: { 'a/b/c': '' } },
      `metadata.labels: Invalid value: "a/b/c": a valid label key ${name}`,
    ],
    [
      'a key without prefix',
      { annotations: { '/a': '' } },
      'metadata.annotations: Invalid value: "/a": prefix part must be non-empty',
    ],
    [
      'a key with a wrong prefix',
      { annotations: { 'A_b/c': '' } },
      'metadata.annotations: Invalid value: "A_b/c": prefix part a lowercase RFC 1123 subdomain must',
    ],
    [
      'two faults',
      { labels: { a: 'a b' }, annotations: { '/a': '' } },
      '[metadata.labels: Invalid value: "a b": a valid label must',
    ],
    [
      'annotations above 256 KiB',
      { annotations: { ab: 'x'.repeat(262_143) } },
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
  ])('refuses %s', async (_, metadata, words) => {
    const start = `422 Invalid: Pod "checked" is invalid: ${words}`;
    const refusal = await merge(metadata);
    expect(refusalOf(refusal).slice(0, start.length)).toBe(start);
    expect(refusal.body.details).toMatchObject({ name: 'checked', kind: 'Pod' });
  });

  test('annotations of 256 KiB are taken, and keys with capitals', async () => {
    const taken = await merge({ annotations: { ab: 'x'.repeat(262_142) } });
    expect(taken.status).toBe(200);
    expect((await merge({ annotations: { ab: null, 'Ab/C': '' } })).status).toBe(200);
  });

  const into = 'json: cannot unmarshal';
  test.each([
    [
      { metadata: { labels: { a: 1 } } },
      `${into} number into Go struct field ObjectMeta.metadata.labels of type string`,
    ],
    [
      { metadata: { labels: ['a'] } },
      `${into} array into Go struct field ObjectMeta.metadata.labels of type map[string]string`,
    ],
    [
      { metadata: { annotations: { a: true } } },
      `${into} bool into Go struct field ObjectMeta.metadata.annotations of type string`,
    ],
    [
      { metadata: { finalizers: 'a' } },
      `${into} string into Go struct field ObjectMeta.metadata.finalizers of type []string`,
    ],
  ])('refuses %j for its types', async (body, words) => {
    const { status, body: refusal } = await api.patch('checked', 'merge-patch', body);
    expect([status, refusal.reason]).toEqual([422, 'Invalid']);
    expect(refusal.message).toMatch(/^ "" is invalid: patch: Invalid value: "/);
    expect(refusal.message.slice(-words.length)).toBe(words);
  });

  test.each([
    [
      'checked',
      'merge-patch',
      '[]',
      '400 BadRequest: error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
    [
      'checked',
      'merge-patch',
      '"a"',
      '400 BadRequest: error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}',
    ],
    ['checked', 'merge-patch', 'null', '400 BadRequest: Invalid JSON Patch'],
    ['checked', 'merge-patch', '{', '400 BadRequest: error decoding patch: '],
    [
      'checked',
      'strategic-merge-patch',
      '[]',
      '400 BadRequest: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
    [
      'checked',
      'json-patch',
      '{}',
      '400 BadRequest: error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    ['checked', 'json-patch', '[', '400 BadRequest: error decoding patch: '],
    [
      'checked',
      'merge-patch',
      '{"metadata":null}',
      '400 BadRequest: the name of the object (checked based on URL) was undeterminable: name must be provided',
    ],
    [
      'checked',
      'merge-patch',
      '{"metadata":{"name":"a"}}',
      '400 BadRequest: the name of the object (a) does not match the name on the URL (checked)',
    ],
    [
      'checked',
      'merge-patch',
      '{"metadata":{"namespace":"a"}}',
      '400 BadRequest: the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'checked',
      'merge-patch',
      '{"metadata":{"resourceVersion":"a"}}',
      '500 undefined: strconv.ParseUint: parsing "a": invalid syntax',
    ],
    ['nobody', 'merge-patch', '{', '404 NotFound: pods "nobody" not found'],
    ['nobody', 'other', '{', '415 UnsupportedMediaType: 415: Unsupported Media Type'],
  ])('refuses for %s the %s %s', async (name, kind, body, words) => {
    expect(refusalOf(await api.patch(name, kind, body)).slice(0, words.length)).toBe(words);
  });

  test.each([
    ['', 'pods is forbidden: User "system:anonymous" cannot list'],
    ['/checked', 'pods "checked" is forbidden: User "system:anonymous" cannot get'],
    ['?watch=true', 'pods is forbidden: User "system:anonymous" cannot watch'],
    ['/checked?watch=true', 'pods "checked" is forbidden: User "system:anonymous" cannot get'],
    // One name is a name for who authorizes, too.
    [
      '?fieldSelector=metadata.name=checked',
      'pods "checked" is forbidden: User "system:anonymous" cannot list',
    ],
    [
      '?watch=true&fieldSelector=metadata.name=checked',
      'pods "checked" is forbidden: User "system:anonymous" cannot watch',
    ],
  ])('a stranger may not GET pods%s', async (target, words) => {
    const { namespace, stranger } = trial();
    const answer = await readJson(await stranger('GET', podsPath(namespace) + target));
    const where = `resource "pods" in API group "" in the namespace "${namespace}"`;
    expect(refusalOf(answer)).toBe(`403 Forbidden: ${words} ${where}`);
  });
}
