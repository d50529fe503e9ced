import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createTestAuthority, createTlsFolder } from '@micro/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { openTls } from './tls-identity.ts';

const authority = createTestAuthority();
const first = authority.issue({ dns: ['first'] });
const second = authority.issue({ dns: ['second'] });

afterEach(() => {
  vi.useRealTimers();
});

/** An identity from a folder, and what it told. */
function follow() {
  const folder = createTlsFolder(first, authority.certificate);
  const told: Array<string | undefined> = [];
  const identity = openTls(folder.files, (_, reason) => told.push(reason));
  const used = (): string => identity.current().certificate.toString();
  return { folder, told, used };
}

test('C30: files are read when they changed, and only then', () => {
  const { folder } = follow();
  using _ = folder;
  const identity = openTls(folder.files);
  const before = identity.current();
  expect(identity.current()).toBe(before);
  folder.swap(second, authority.certificate);
  expect(identity.current().certificate.toString()).toBe(second.certificate);
});

test('C30: a pair that is half written is told once, and the last good one stays in use', () => {
  const { folder, told, used } = follow();
  using _ = folder;
  writeFileSync(folder.files.certificate, second.certificate);
  expect([used(), used()]).toEqual([first.certificate, first.certificate]);
  expect(told).toEqual([expect.stringContaining('the key of the certificate, got another')]);
  writeFileSync(folder.files.key, second.key);
  expect([used(), used()]).toEqual([second.certificate, second.certificate]);
  expect(told.slice(1)).toEqual([undefined]);
});

test('C30: files that are gone for a while, or are cut off, change nothing', () => {
  const { folder, told, used } = follow();
  using _ = folder;
  const { key, authorities } = folder.files;
  renameSync(key, `${key}.away`);
  expect(used()).toBe(first.certificate);
  renameSync(`${key}.away`, key);
  expect(used()).toBe(first.certificate);
  writeFileSync(authorities, authority.certificate.slice(0, 100));
  expect(used()).toBe(first.certificate);
  expect(told).toEqual([
    expect.stringContaining('ENOENT'),
    undefined,
    expect.stringContaining('expected certificates in PEM'),
  ]);
});

test('C30: a certificate that expires where it is not renewed is told once', () => {
  const { folder, told, used } = follow();
  using _ = folder;
  used();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
  expect([used(), used()]).toEqual([first.certificate, first.certificate]);
  expect(told).toEqual([expect.stringContaining('expired at')]);
});

test.each([
  ['certificate', { ...first, key: second.key }, authority.certificate, 'key'],
  ['key', { ...first, certificate: 'no' }, authority.certificate, 'certificate'],
  ['expired one', authority.issue({ toMs: -60_000 }), authority.certificate, 'certificate'],
  ['later one', authority.issue({ fromMs: 60_000 }), authority.certificate, 'certificate'],
  ['authorities', first, '', 'authorities'],
])('C30: does not begin with a wrong %s, and says which file it is', (_, pair, ca, file) => {
  using folder = createTlsFolder(pair, ca);
  expect(() => openTls(folder.files)).toThrow(expect.objectContaining({ file }));
});

test('C30: does not begin without a file', () => {
  using folder = createTlsFolder(first, authority.certificate);
  rmSync(folder.files.key);
  expect(() => openTls(folder.files)).toThrow(
    expect.objectContaining({ file: 'key', message: expect.stringContaining('ENOENT') }),
  );
});
