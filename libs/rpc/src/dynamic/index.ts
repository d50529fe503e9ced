export type { JsonValue } from '@bufbuild/protobuf';
export { createDynamic, type Dynamic, type DynamicCall } from './dynamic.ts';
export { formToJson } from './form.ts';
export type { MethodSchema, Schema } from './schema.ts';
