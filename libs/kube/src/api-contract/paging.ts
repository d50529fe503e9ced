import { beforeAll, expect, test } from 'vitest';
import { type ApiTalk, type ApiTrial, namesOf, refusalOf, talk } from './trial.ts';

/** Lists in pages: each as it was when the first one was asked for. */
export function pagingContract(trial: () => ApiTrial): void {
  let api: ApiTalk;
  let first: { readonly resourceVersion: string; readonly continue: string };
  beforeAll(async () => {
    api = talk(trial());
    for (const name of ['b', 'd', 'a', 'c']) await api.pods.create(name, { labels: { page: 'y' } });
  });

  test('the first page says where the next begins and how many are left', async () => {
    const { body } = await api.get('limit=2');
    expect(namesOf(body)).toEqual(['a', 'b']);
    first = body.metadata;
    expect(first).toEqual({
      resourceVersion: expect.stringMatching(/^\d+$/),
      continue: expect.stringMatching(/^[-\w]+$/),
      remainingItemCount: 2,
    });
  });

  test('the pages after it are of the same version, whatever has been written since', async () => {
    await api.pods.delete('c');
    await api.pods.setMetadata('d', { labels: { page: 'z' } });
    await api.pods.create('e');
    const { resourceVersion } = first;
    const { body } = await api.get(`limit=1&continue=${first.continue}`);
    expect(namesOf(body)).toEqual(['c']);
    expect(body.metadata).toMatchObject({ resourceVersion, remainingItemCount: 1 });
    const last = await api.get(`limit=5&continue=${body.metadata.continue}`);
    expect(last.body.metadata).toEqual({ resourceVersion });
    expect(namesOf(last.body)).toEqual(['d']);
    expect(last.body.items[0].metadata.labels).toEqual({ page: 'y' });
    // Without a limit a page is all that is left.
    expect(await api.names(`continue=${first.continue}`)).toEqual(['c', 'd']);
    expect(await api.names(`resourceVersion=0&continue=${first.continue}`)).toEqual(['c', 'd']);
  });

  test('a page that fits all has no next one', async () => {
    const { body } = await api.get('limit=4');
    expect(namesOf(body)).toEqual(['a', 'b', 'd', 'e']);
    expect(Object.keys(body.metadata)).toEqual(['resourceVersion']);
  });

  test('with a selector nobody says how many are left', async () => {
    for (const selector of ['labelSelector=page', 'fieldSelector=metadata.name!=a']) {
      const { body } = await api.get(`limit=1&${selector}`);
      expect(Object.keys(body.metadata).sort()).toEqual(['continue', 'resourceVersion']);
    }
    expect(await api.names('limit=1&labelSelector=page=z')).toEqual(['d']);
  });

  test('a list of an old version shows it as it was', async () => {
    const { resourceVersion } = first;
    const exact = `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`;
    expect(await api.names(exact)).toEqual(['a', 'b', 'c', 'd']);
    // A page of a version is one of that very version, unless newer ones are wanted too.
    expect(await api.names(`resourceVersion=${resourceVersion}&limit=3`)).toEqual(['a', 'b', 'c']);
    const newer = `resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`;
    expect(await api.names(`${newer}&limit=3`)).toEqual(['a', 'b', 'd']);
    expect(await api.names(newer)).toEqual(['a', 'b', 'd', 'e']);
  });

  test('a page of another version than the first is refused', async () => {
    const query = `continue=${first.continue}&resourceVersion=${first.resourceVersion}`;
    expect(refusalOf(await api.get(query))).toBe(
      '400 BadRequest: specifying resource version is not allowed when using continue',
    );
    expect(refusalOf(await api.get(`${query}&resourceVersionMatch=Exact`))).toBe(
      '422 Invalid: ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided',
    );
  });

  test.each([
    [{ v: 'other' }, 'server does not recognize this encoded version other'],
    [{ rv: 0 }, 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [{ start: '' }, 'encoded start key empty (version meta.k8s.io/v1)'],
  ])('a token with %j is refused', async (change, words) => {
    const token = changeToken(first.continue, change);
    expect(refusalOf(await api.get(`continue=${token}`))).toBe(
      `400 BadRequest: invalid continue token: continue key is not valid: ${words}`,
    );
  });

  test('a token of a forgotten version is answered with one that goes on with what is there', async () => {
    await trial().forget();
    const token = changeToken(first.continue, { rv: 2 });
    const refusal = await api.get(`limit=1&continue=${token}`);
    expect(refusalOf(refusal)).toMatch(
      /^410 Expired: The provided continue parameter is too old to display a consistent list result\. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results\./,
    );
    const { body } = await api.get(`limit=1&continue=${refusal.body.metadata.continue}`);
    expect(namesOf(body)).toEqual(['d']);
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(first.resourceVersion));
    expect(await api.names(`continue=${body.metadata.continue}`)).toEqual(['e']);
  }, 700_000);
}

/** A token of ours, for want of one that is old enough. */
function changeToken(token: string, change: object): string {
  const content = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  return Buffer.from(JSON.stringify({ ...content, ...change })).toString('base64url');
}
