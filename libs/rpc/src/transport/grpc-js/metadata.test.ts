import { Metadata } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { fromMetadata, toMetadata } from './metadata.ts';

test('several values of a key are one, binary ones are base64', () => {
  const metadata = new Metadata();
  metadata.add('a', '1');
  metadata.add('a', '2');
  metadata.add('b-bin', Buffer.from([0, 1]));
  metadata.add('b-bin', Buffer.from([255]));
  expect(fromMetadata(metadata)).toEqual({ a: '1, 2', 'b-bin': 'AAE=, /w==' });
});

test('metadata comes back as it went', () => {
  const entries = { a: '1, 2', 'b-bin': 'AAE=, /w==', empty: '', 'empty-bin': '' };
  const received = new Metadata();
  received.merge(toMetadata(entries));
  expect(fromMetadata(received)).toEqual(entries);
  expect(toMetadata(entries).get('b-bin')).toEqual([Buffer.from([0, 1]), Buffer.from([255])]);
});

test('binary values are sent without padding', () => {
  const sent = toMetadata({ a: '1=', 'b-bin': 'AAE=, /w==', 'c-bin': '/w==' }).clone();
  expect(sent.toHttp2Headers()).toEqual({ a: '1=', 'b-bin': ['AAE', '/w'], 'c-bin': '/w' });
});
