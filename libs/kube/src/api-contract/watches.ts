import { beforeAll, expect, test } from 'vitest';
import { type ApiTalk, type ApiTrial, eventsOf, type JsonEvent, refusalOf, talk } from './trial.ts';

const watchList =
  'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

/** Watches: what they begin with, bookmarks, versions, and what is refused. */
export function watchContract(trial: () => ApiTrial): void {
  let api: ApiTalk;
  beforeAll(async () => {
    api = talk(trial());
    for (const name of ['two', 'one']) await api.pods.create(name);
  });
  /** The events of a watch of some seconds, in which `meanwhile` happens. */
  const watch = async (query: string, meanwhile?: () => Promise<void>, seconds = 1) => {
    const answer = await api.watch(`${query}&timeoutSeconds=${seconds}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    await meanwhile?.();
    await trial().pass(seconds * 1000);
    return eventsOf(await answer.body());
  };

  test('begins with what is there by name, says where that ends, and goes on', async () => {
    const version = Number(await api.version());
    const label = () => api.pods.setMetadata('two', { labels: { step: '1' } });
    const seen = await watch(watchList, label);
    const events = seen.filter((event) => show(event) !== 'BOOKMARK');
    expect(events.map(show)).toEqual(['ADDED one', 'ADDED two', 'END', 'MODIFIED two']);
    const [, , end, changed] = events;
    expect(end?.object).toEqual({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: {
        resourceVersion: expect.stringMatching(/^\d+$/),
        annotations: { 'k8s.io/initial-events-end': 'true' },
      },
      spec: { containers: null },
      status: {},
    });
    expect(versionOf(end)).toBeGreaterThanOrEqual(version);
    expect(versionOf(changed)).toBeGreaterThan(versionOf(end));
  });

  test.each([
    ['allowWatchBookmarks=true', ['ADDED one', 'ADDED two', 'END']],
    ['resourceVersion=0&allowWatchBookmarks=1', ['ADDED one', 'ADDED two', 'END']],
    ['resourceVersion=0', ['ADDED one', 'ADDED two']],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', ['ADDED one', 'ADDED two']],
    [`${watchList}&resourceVersion=1`, ['ADDED one', 'ADDED two', 'END']],
    [`${watchList}&fieldSelector=metadata.name=two`, ['ADDED two', 'END']],
    [`${watchList}&labelSelector=none`, ['END']],
    ['sendInitialEvents=false&resourceVersionMatch=NotOlderThan', []],
  ])('a watch with %s begins with %j', async (query, events) => {
    // Who asked for bookmarks may get one at any time.
    const seen = (await watch(query)).map(show).filter((event) => event !== 'BOOKMARK');
    expect(seen).toEqual(events);
  });

  test('a watch from a version begins after it', async () => {
    const version = await api.version();
    for (const step of ['2', '3']) await api.pods.setMetadata('two', { labels: { step } });
    for (const query of ['', '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan']) {
      const events = await watch(`resourceVersion=${version}${query}`);
      expect(events.map((event) => event.object.metadata.labels.step)).toEqual(['2', '3']);
    }
  });

  test('a watch of one name sees no other', async () => {
    const version = await api.version();
    const query = `resourceVersion=${version}&fieldSelector=metadata.name=one`;
    const events = await watch(query, async () => {
      await api.pods.setMetadata('two', { labels: { step: '4' } });
      await api.pods.setMetadata('one', { labels: { step: '4' } });
    });
    expect(events.map(show)).toEqual(['MODIFIED one']);
  });

  test('a bookmark comes before the end, and only to who asked for it', async () => {
    const version = await api.version();
    const query = `resourceVersion=${version}&fieldSelector=metadata.name=one`;
    // A bookmark says a version that is newer than the one the watch is from.
    const label = () => api.pods.setMetadata('two', { labels: { step: '6' } });
    const events = await watch(`${query}&allowWatchBookmarks=true`, label, 4);
    expect([...new Set(events.map(show))]).toEqual(['BOOKMARK']);
    const bookmark = events.at(-1);
    expect(bookmark?.object).toEqual({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
      spec: { containers: null },
      status: {},
    });
    expect(versionOf(bookmark)).toBeGreaterThan(Number(version));
    expect(await watch(query, label, 4)).toEqual([]);
  });

  test('a bookmark comes about each minute', async () => {
    const query = `resourceVersion=${await api.version()}&allowWatchBookmarks=true`;
    const answer = await api.watch(`${query}&timeoutSeconds=600`);
    await trial().pass(50_000);
    expect(answer.received.length).toBe(0);
    await trial().pass(20_000);
    while (answer.received.length === 0) await new Promise(setImmediate);
    expect(eventsOf(answer.received).map(show)).toEqual(['BOOKMARK']);
    answer.close();
  });

  test('a watch that wants a list of a version to come is told in an event that it is not there', async () => {
    const events = await watch(`${watchList}&resourceVersion=99999999999`);
    expect(events).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: expect.stringMatching(
            /^Timeout: Too large resource version: 99999999999, current: \d+$/,
          ),
          reason: 'Timeout',
          details: {
            causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
            retryAfterSeconds: 1,
          },
          code: 504,
        },
      },
    ]);
  });

  test('a watch from a version to come hears nothing of what is before it', async () => {
    const label = () => api.pods.setMetadata('one', { labels: { step: '5' } });
    expect(await watch('resourceVersion=99999999999', label)).toEqual([]);
  });

  const invalid = '422 Invalid: ListOptions.meta.k8s.io "" is invalid: ';
  const wantsMatch =
    'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
  const wantsInitial =
    'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
  const notExact =
    'resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"';
  test.each([
    ['sendInitialEvents=true', invalid + wantsMatch],
    ['sendInitialEvents=false', invalid + wantsMatch],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', `${invalid}[${wantsMatch}, ${notExact}]`],
    ['resourceVersionMatch=NotOlderThan', invalid + wantsInitial],
    ['resourceVersion=0&resourceVersionMatch=Exact', `${invalid}[${wantsInitial}, ${notExact}]`],
    [
      'continue=abc',
      `${invalid}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided`,
    ],
    [
      'resourceVersion=abc',
      '500 undefined: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    ['fieldSelector=spec.other=a', '400 BadRequest: field label not supported: spec.other'],
  ])('a watch with %s is refused', async (query, words) => {
    expect(refusalOf(await api.get(`watch=true&timeoutSeconds=1&${query}`))).toBe(words);
  });

  test('a watch from a forgotten version is told in an event that it is gone, and ends', async () => {
    await trial().forget();
    const answer = await api.watch('resourceVersion=1&timeoutSeconds=600');
    expect(answer.status).toBe(200);
    expect(eventsOf(await answer.body())).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/),
          reason: 'Expired',
          code: 410,
        },
      },
    ]);
  }, 700_000);
}

function show({ type, object: { metadata } }: JsonEvent): string {
  if (type !== 'BOOKMARK') return `${type} ${metadata.name}`;
  return metadata.annotations?.['k8s.io/initial-events-end'] === 'true' ? 'END' : 'BOOKMARK';
}

function versionOf(event: JsonEvent | undefined): number {
  return Number(event?.object.metadata.resourceVersion);
}
