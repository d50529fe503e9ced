import { expect, test } from 'vitest';
import { encodeRecord, parseRecord } from './record.ts';

const node = {
  id: 'go.micro.srv.greeter-1',
  service: 'go.micro.srv.greeter',
  version: 'latest',
  address: '10.244.0.5:9090',
  metadata: { protocol: 'grpc' },
  endpoints: [
    {
      name: 'Say.Hello',
      request: {
        name: 'Request',
        type: 'Request',
        values: [{ name: 'name', type: 'string', values: [] }],
      },
      response: null,
      metadata: { public: 'true' },
    },
  ],
};

test('writes what go-micro writes, letter by letter', () => {
  expect(encodeRecord(node)).toBe(
    '{"name":"go.micro.srv.greeter","version":"latest","metadata":null,"endpoints":[{"name":"Say.Hello",' +
      '"request":{"name":"Request","type":"Request","values":[{"name":"name","type":"string","values":null}]},' +
      '"response":null,"metadata":{"public":"true"}}],' +
      '"nodes":[{"id":"go.micro.srv.greeter-1","address":"10.244.0.5:9090","metadata":{"protocol":"grpc"}}]}',
  );
});

test('reads back what it wrote', () => {
  expect(parseRecord(encodeRecord(node))).toEqual([node]);
});

test('reads the address and port that go-micro wrote up to 1.7', () => {
  const [old] = parseRecord(
    '{"name":"a","version":"1","nodes":[{"id":"a-1","address":"10.0.0.1","port":9090,"metadata":null}],"endpoints":null}',
  );
  expect(old).toMatchObject({ address: '10.0.0.1:9090', metadata: {}, endpoints: [] });
});

test.each([
  ['', /JSON/],
  ['[]', /expected the record to be an object, got \[\]/],
  ['{}', /expected name to be a string, got undefined/],
  ['{"name":""}', /expected name to be set/],
  ['{"name":"a","nodes":{}}', /expected nodes to be a list of at most 100, got \{\}/],
  [
    '{"name":"a","nodes":[{"id":"1","address":"x"}]}',
    /expected a node address as host:port, got "x"/,
  ],
  ['{"name":"a","nodes":[{"id":"1","address":"x","port":70000}]}', /host:port/],
  [
    '{"name":"a","endpoints":[{"name":"b","metadata":{"c":1}}]}',
    /expected metadata c to be a string/,
  ],
  [`{"name":"${'a'.repeat(300_000)}"}`, /expected at most 262144 characters/],
])('says what is wrong with %.60s', (text, message) => {
  expect(() => parseRecord(text)).toThrow(message);
});

test('is not fooled by a record that names object internals', () => {
  const [parsed] = parseRecord(
    '{"name":"__proto__","nodes":[{"id":"1","address":"a:1","metadata":{"__proto__":"x"}}]}',
  );
  expect(parsed?.service).toBe('__proto__');
  expect(Object.getPrototypeOf(parsed?.metadata)).toBe(Object.prototype);
});
