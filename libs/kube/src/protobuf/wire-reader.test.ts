import { expect, test } from 'vitest';
import { WireReader, wireType } from './wire-reader.ts';

const readerOf = (...bytes: number[]): WireReader => new WireReader(Buffer.from(bytes));

test.each([
  ['one byte', [0x7f], 127],
  ['two', [0x96, 0x01], 150],
  ['five, the greatest of 32 bits', [0xff, 0xff, 0xff, 0xff, 0x0f], 4_294_967_295],
  ['eight, the greatest that is exact', [...Array(7).fill(0xff), 0x0f], 2 ** 53 - 1],
  ['ten, a negative one, which is huge', [...Array(9).fill(0xff), 0x01], 2 ** 64],
])('reads a number of %s', (_, bytes, number) => {
  const reader = readerOf(...bytes, 0x05);
  expect(reader.varint()).toBe(number);
  expect(reader.pos).toBe(bytes.length);
});

test('reads a number of 32 bits, and 0 for a negative one', () => {
  expect(readerOf(0xac, 0x02).int32()).toBe(300);
  expect(readerOf(...Array(9).fill(0xff), 0x01).int32()).toBe(0);
});

test('reads texts and bytes, empty ones too', () => {
  const reader = readerOf(3, 0xe2, 0x82, 0xac, 0, 2, 1, 2, 1, 0xff);
  expect([reader.string(), reader.string()]).toEqual(['€', '']);
  expect([...reader.bytes()]).toEqual([1, 2]);
  expect(reader.string()).toBe('\ufffd');
});

test('passes over values of every kind', () => {
  const reader = readerOf(0x96, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 2, 1, 2, 1, 2, 3, 4, 0x2a);
  for (const type of Object.values(wireType)) reader.skip(type);
  expect(reader.varint()).toBe(42);
});

test.each([
  ['a number that is cut off', [0x96], 'expected a number, it is cut off'],
  ['no number at all', [], 'expected a number, it is cut off'],
  ['a number without end', Array(11).fill(0x80), 'expected a number of at most 10 bytes'],
])('refuses %s', (_, bytes, message) => {
  expect(() => readerOf(...bytes).varint()).toThrow(new TypeError(message));
});

test('refuses a text or bytes that are longer than all there is, and unknown kinds', () => {
  const huge = [...Array(9).fill(0xff), 0x01];
  expect(() => readerOf(3, 0x61).string()).toThrow(new TypeError('expected 3 bytes, got 1'));
  expect(() => readerOf(...huge).bytes()).toThrow(TypeError);
  expect(() => readerOf(...huge).skip(wireType.bytes)).toThrow(TypeError);
  expect(() => readerOf(0).skip(3)).toThrow(new TypeError('expected a known wire type, got 3'));
});
