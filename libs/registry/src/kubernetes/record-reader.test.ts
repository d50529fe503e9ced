import { expect, test } from 'vitest';
import { parseRecord } from '../record.ts';
import { createRecordReader } from './record-reader.ts';

const endpoints =
  '[{"name":"Say.Hello","request":null,"response":null,"metadata":{"nodes":"no","a":",\\"nodes\\":"}}]';
const head = `"name":"a","version":"1","metadata":null,"endpoints":${endpoints}`;
const nodes = (id: string) =>
  `"nodes":[{"id":"${id}","address":"10.0.0.1:9090","metadata":{"protocol":"grpc"}}]`;

test.each([
  ['as it is written', `{${head},${nodes('1')}}`],
  ['with nodes first', `{${nodes('1')},${head}}`],
  ['with nodes in between', `{"version":"2",${nodes('1')},"name":"b"}`],
  ['with nodes twice', `{${nodes('1')},${head},${nodes('2')}}`],
  ['with a name after the nodes', `{${head},${nodes('1')},"name":"b"}`],
  ['with nodes within others', `{${head},"more":{"x":1,${nodes('1')}}}`],
  ['with no nodes', `{${head}}`],
  ['with null for nodes', `{${head},"nodes":null}`],
  ['with spaces', `{ ${head} , ${nodes('1')} }`],
])('reads a record %s as a whole is read', (_, text) => {
  const read = createRecordReader();
  for (let times = 0; times < 2; times++) expect(read(text)).toEqual(parseRecord(text));
});

test.each(['', '[]', '{"name":1,"nodes":[]}', `{${head},"nodes":{}}`, `{,${nodes('1')}}`])(
  'says of %j what is said of a whole',
  (text) => {
    const said = (read: (text: string) => unknown): string => {
      try {
        return `read ${JSON.stringify(read(text))}`;
      } catch (error) {
        return String(error);
      }
    };
    expect(said(createRecordReader())).toBe(said(parseRecord));
  },
);

test('what nodes say alike is one value', () => {
  const read = createRecordReader();
  const [one, two] = ['1', '2'].map((id) => read(`{${head},${nodes(id)}}`)[0]);
  expect([one!.id, two!.id]).toEqual(['1', '2']);
  expect(one!.endpoints).toBe(two!.endpoints);
  expect(one!.metadata).toBe(two!.metadata);
});
