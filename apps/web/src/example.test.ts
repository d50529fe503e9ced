import { create, createFileRegistry } from '@bufbuild/protobuf';
import {
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { exampleOf } from './example.ts';
import { typeOf } from './field-type.ts';

const field = (number: number, name: string, type: Type, more = {}) => ({
  number,
  name,
  jsonName: name,
  label: Label.OPTIONAL,
  type,
  ...more,
});
const timestamp = { name: 'Timestamp', field: [field(1, 'seconds', Type.INT64)] };
const everything = {
  name: 'Everything',
  field: [
    field(1, 'text', Type.STRING),
    field(2, 'flag', Type.BOOL),
    field(3, 'small', Type.INT32),
    field(4, 'large', Type.FIXED64),
    field(5, 'colour', Type.ENUM, { typeName: '.t.Colour' }),
    field(6, 'many', Type.STRING, { label: Label.REPEATED }),
    field(7, 'when', Type.MESSAGE, { typeName: '.google.protobuf.Timestamp' }),
    field(8, 'inner', Type.MESSAGE, { typeName: '.t.Everything' }),
    field(9, 'one', Type.STRING, { oneofIndex: 0 }),
    field(10, 'other', Type.STRING, { oneofIndex: 0 }),
    field(11, 'counts', Type.MESSAGE, {
      typeName: '.t.Everything.CountsEntry',
      label: Label.REPEATED,
    }),
  ],
  nestedType: [
    {
      name: 'CountsEntry',
      field: [field(1, 'key', Type.STRING), field(2, 'value', Type.INT32)],
      options: { mapEntry: true },
    },
  ],
  oneofDecl: [{ name: 'choice' }],
};
const types = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      { name: 'ts.proto', package: 'google.protobuf', syntax: 'proto3', messageType: [timestamp] },
      {
        name: 't.proto',
        package: 't',
        syntax: 'proto3',
        dependency: ['ts.proto'],
        messageType: [everything],
        enumType: [{ name: 'Colour', value: [{ name: 'RED', number: 0 }] }],
      },
    ],
  }),
);
const schema = types.getMessage('t.Everything')!;

test('an example has every field as JSON writes it, one of each oneof and nothing endless', () => {
  expect(exampleOf(schema)).toEqual({
    text: '',
    flag: false,
    small: 0,
    large: '0',
    colour: 'RED',
    many: [],
    when: '1970-01-01T00:00:00Z',
    inner: {},
    one: '',
    counts: {},
  });
});

test('types are named as proto files name them', () => {
  expect(schema.fields.map(typeOf)).toEqual([
    'string',
    'bool',
    'int32',
    'fixed64',
    't.Colour',
    'repeated string',
    'google.protobuf.Timestamp',
    't.Everything',
    'string',
    'string',
    'map<string, int32>',
  ]);
});
