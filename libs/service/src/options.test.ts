import { expect, test } from 'vitest';
import {
  duration,
  listenAddress,
  names,
  namesOrNone,
  oneOf,
  onOff,
  pairs,
  seconds,
  text,
  wholeNumber,
} from './option-values.ts';
import { describeOptions, parseOptions } from './options.ts';
import { serviceOptions } from './service-options.ts';

const definitions = {
  registry: { schema: oneOf(['mdns', 'memory']), default: 'mdns', help: 'where' },
  register_ttl: { schema: seconds, default: '60', help: 'how long' },
  enable_stats: { schema: onOff, default: 'false', help: 'stats' },
  address: { schema: listenAddress, default: ':8080', env: 'MICRO_API_ADDRESS', help: 'address' },
};

test('a flag wins over the environment, and that over the default', () => {
  const env = { MICRO_REGISTRY: 'memory', MICRO_REGISTER_TTL: '5' };
  expect(parseOptions(definitions, ['--register_ttl=7'], env)).toEqual({
    problems: [],
    values: {
      registry: 'memory',
      register_ttl: 7_000,
      enable_stats: false,
      address: '0.0.0.0:8080',
    },
  });
});

test.each([
  [['--enable_stats'], { enable_stats: true }],
  [['--enable-stats=true'], { enable_stats: true }],
  [['--register_ttl', '9', '--enable_stats'], { register_ttl: 9_000, enable_stats: true }],
  [['--address', '127.0.0.1:1'], { address: '127.0.0.1:1' }],
])('%j is understood', (argv, values) => {
  expect(parseOptions(definitions, argv, {})).toMatchObject({ values, problems: [] });
});

test('says everything that is wrong at once', () => {
  const argv = ['--registry=nope', '--register_tll=3', 'stray', '--enable_stats=maybe'];
  const env = { MICRO_REGISTER_TTL: 'abc', MICRO_API_ADDRESS: 'x', MICRO_REGISTRYS: 'y' };
  const { values, problems } = parseOptions(definitions, argv, env);
  expect(values).toEqual({});
  expect(problems).toEqual([
    '--register_tll: no such option; did you mean --register_ttl?',
    'expected flags only, got "stray"',
    '--registry: expected one of mdns, memory, got "nope"',
    'MICRO_REGISTER_TTL: expected a number of seconds up to 2147483, got "abc"',
    '--enable_stats: expected one of true, false, got "maybe"',
    'MICRO_API_ADDRESS: expected an address as host:port, got "x"',
    'MICRO_REGISTRYS: no such option, got "y"; did you mean MICRO_REGISTRY?',
  ]);
});

test('a flag that wants a value and has none is wrong', () => {
  expect(parseOptions(definitions, ['--registry'], {}).problems).toEqual([
    '--registry: expected one of mdns, memory, got ""',
  ]);
});

test('takes every flag of the article', () => {
  const argv =
    '--registry=kubernetes --server=rpc --broker=http --transport=http --register_ttl=60 --register_interval=30 --selector=cache --enable_stats'.split(
      ' ',
    );
  const { values } = parseOptions(serviceOptions('a', '1', ['mdns', 'kubernetes']), argv, {});
  expect(values).toMatchObject({
    registry: 'kubernetes',
    register_ttl: 60_000,
    register_interval: 30_000,
    enable_stats: true,
  });
});

test.each([
  [duration, '5s', 5_000],
  [duration, '300ms', 300],
  [duration, '1.5', 1_500],
  [pairs, 'a=1,b=x=y', { a: '1', b: 'x=y' }],
  [pairs, '', {}],
  [names, ' a, b ,', ['a', 'b']],
  [text, '', ''],
  [namesOrNone, '', []],
  [namesOrNone, 'a, b', ['a', 'b']],
  [wholeNumber(0, 10), '10', 10],
  [listenAddress, '[::1]:0', '[::1]:0'],
])('%# reads %j', (schema, word, value) => {
  expect(schema.parse(word)).toEqual(value);
});

test.each([
  [duration, '5 parsecs'],
  [wholeNumber(0, 10), '1.5'],
  [wholeNumber(0, 10), '11'],
  [wholeNumber(1, 10), ''],
  [pairs, 'a'],
  [listenAddress, '127.0.0.1'],
  [listenAddress, '127.0.0.1:70000'],
  [seconds, '-1'],
  [seconds, '2592000'],
  [duration, '9999h'],
])('%# refuses %j', (schema, word) => {
  expect(schema.safeParse(word).success).toBe(false);
});

test('lists options with their variables and defaults', () => {
  expect(describeOptions('a', definitions)).toMatchInlineSnapshot(`
    "a: options, their environment variables and defaults
      --registry      MICRO_REGISTRY      where (mdns)
      --register_ttl  MICRO_REGISTER_TTL  how long (60)
      --enable_stats  MICRO_ENABLE_STATS  stats (false)
      --address       MICRO_API_ADDRESS   address (:8080)"
  `);
});
