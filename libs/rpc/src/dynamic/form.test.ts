import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import {
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { formToJson } from './form.ts';

const schema = messageOf([
  { name: 'name', type: Type.STRING },
  { name: 'big_number', type: Type.INT64, jsonName: 'bigNumber' },
  { name: 'ok', type: Type.BOOL },
  { name: 'tags', type: Type.STRING, label: Label.REPEATED },
  { name: 'child', type: Type.MESSAGE, typeName: '.t.M' },
]);

test.each([
  ['name=007', { name: '007' }],
  ['name=true&ok=true', { name: 'true', ok: true }],
  ['ok=0', { ok: false }],
  ['big_number=9007199254740993', { bigNumber: '9007199254740993' }],
  ['bigNumber=1', { bigNumber: '1' }],
  ['tags=a&tags=b', { tags: ['a', 'b'] }],
  ['tags[]=a&tags[]=b', { tags: ['a', 'b'] }],
  ['child[name]=x&child[child][ok]=1', { child: { name: 'x', child: { ok: true } } }],
  ['child.tags[]=x', { child: { tags: ['x'] } }],
  ['child={"name":"x"}', { child: { name: 'x' } }],
  ['name=a%20b%26', { name: 'a b&' }],
  ['', {}],
])('%s is typed by the schema', (query, json) => {
  expect(formToJson(schema, new URLSearchParams(query))).toEqual(json);
});

test('a schema cannot reach what all objects share', () => {
  const evil = messageOf([
    { name: 'evil', type: Type.MESSAGE, typeName: '.t.M', jsonName: '__proto__' },
    { name: 'polluted', type: Type.STRING },
  ]);
  const json = formToJson(evil, new URLSearchParams('evil.polluted=yes'));
  expect(Object.keys(json)).toEqual(['__proto__']);
  expect({}).not.toHaveProperty('polluted');
});

test.each([
  ['nam=1', 'no field nam in t.M; it has name, big_number, ok, tags, child'],
  ['__proto__[a]=1', 'no field __proto__'],
  ['ok=maybe', 'expected ok to be true or false, got "maybe"'],
  ['name[a]=1', 'expected name to be one value'],
  ['child={', 'expected child to be JSON'],
  [`child${'[child]'.repeat(20)}=1`, 'expected at most 16 levels'],
])('%s is refused', (query, message) => {
  expect(() => formToJson(schema, new URLSearchParams(query))).toThrow(message);
});

function messageOf(
  fields: Array<{ name: string; type: Type; label?: Label; typeName?: string; jsonName?: string }>,
): DescMessage {
  const field = fields.map((f, i) => ({
    label: Label.OPTIONAL,
    jsonName: f.name,
    ...f,
    number: i + 1,
  }));
  const file = [
    { name: 't.proto', package: 't', syntax: 'proto3', messageType: [{ name: 'M', field }] },
  ];
  return createFileRegistry(create(FileDescriptorSetSchema, { file })).getMessage('t.M')!;
}
