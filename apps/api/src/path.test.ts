import { expect, test } from 'vitest';
import { targetOf } from './path.ts';

test.each([
  ['/greeter/say/hello', 'greeter', 'Say.Hello'],
  ['/foo/bar', 'foo', 'Foo.Bar'],
  ['/foo', 'foo', 'Foo.Call'],
  ['/v1/foo/bar', 'v1.foo', 'Foo.Bar'],
  ['/v1/foo/bar/baz', 'v1.foo', 'Bar.Baz'],
  ['/v1/foo', 'v1', 'V1.Foo'],
  ['/foo/bar/baz/cat', 'foo.bar', 'Baz.Cat'],
  ['/foo/bar/baz-xyz', 'foo', 'Bar.BazXyz'],
  ['/foo-bar/baz', 'foo-bar', 'FooBar.Baz'],
  ['/foo/fooBar/bazCat', 'foo', 'FooBar.BazCat'],
  ['/foo.bar/say/hello', 'foo.bar', 'Say.Hello'],
  ['/foo/bar/', 'foo', 'Foo.Bar'],
  ['//foo//bar', 'foo', 'Foo.Bar'],
  ['/a/b/../c', 'a', 'A.C'],
  ['/../../a/b', 'a', 'A.B'],
  ['/version/a/b', 'version', 'A.B'],
  ['/v1beta/a/b', 'v1beta', 'A.B'],
  ['/v2/a/b/c/d', 'v2.a.b', 'C.D'],
])('%s is %s %s', (path, service, endpoint) => {
  expect(targetOf(path)).toEqual({ service, endpoint });
});

test('the root is nothing', () => {
  expect(targetOf('/')).toBeUndefined();
  expect(targetOf('/..')).toBeUndefined();
});
