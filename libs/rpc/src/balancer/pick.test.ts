import { expect, test } from 'vitest';
import type { Member } from './member.ts';
import { createTrial, nodesOf } from './trial.ts';

test('a call goes to nodes it has not tried, and to those again when there is nobody else', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3));
  const exclude = new Set<Member>();
  for (let n = 0; n < 3; n++) exclude.add(trial.pick({ exclude }));
  expect(exclude.size).toBe(3);
  expect(exclude.has(trial.pick({ exclude }))).toBe(true);
});

test('a call that failed once does not try out a node', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [bad, other] = trial.members.all;
  trial.fail(bad!, 5);
  trial.advance(30_000);
  for (let n = 0; n < 100; n++) expect(trial.pick({ exclude: new Set([other!]) })).not.toBe(bad);
  expect(trial.pick()).toBe(bad);
});

test('versions and labels choose among nodes', () => {
  const trial = createTrial();
  trial.members.update(
    nodesOf(6, (n) => ({ version: `${n % 2}`, metadata: { tier: n < 4 ? 'gold' : 'tin' } })),
  );
  const got = trial.calls(200, 1, { version: '1', labels: { tier: 'gold' } });
  expect(Object.keys(got).sort()).toEqual(['10.0.0.2:9090', '10.0.0.4:9090']);
  expect(trial.members.pick({ version: '3' })).toEqual({ none: 'unsuited' });
  expect(trial.members.pick({ labels: { tier: 'lead' } })).toEqual({ none: 'unsuited' });
});

test('a node that is left out is better than none where it alone suits', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3, (n) => ({ version: n === 0 ? '2' : '1' })));
  const second = trial.member('10.0.0.1:9090');
  trial.fail(second, 5);
  expect(trial.members.counts.ejected).toBe(1);
  expect(trial.pick({ version: '2' })).toBe(second);
});

test('a wish that no node of the subset suits gets nodes of its own', () => {
  const trial = createTrial();
  const nodes = nodesOf(1_000, (n) => ({ version: n % 200 === 0 ? '2' : '1' }));
  trial.members.update(nodes);
  const got = Object.keys(trial.calls(500, 1, { version: '2' }));
  const twos = nodes.filter(({ version }) => version === '2').map(({ address }) => address);
  expect(got.sort()).toEqual(twos.sort());
  trial.members.update(nodes.slice(1));
  expect(Object.keys(trial.calls(500, 1, { version: '2' })).length).toBe(4);
  expect(trial.members.pick({ version: '3' })).toEqual({ none: 'unsuited' });
});
