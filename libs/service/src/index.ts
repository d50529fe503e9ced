export type { Log } from './log.ts';
export type { OptionDefinition, OptionDefinitions } from './option-definition.ts';
export {
  duration,
  listenAddress,
  names,
  nonEmpty,
  oneOf,
  onOff,
  pairs,
  seconds,
  text,
} from './option-values.ts';
export { OptionsError, type OptionValues } from './options.ts';
export type { RegistryContext, RegistryFactory } from './registries.ts';
export { run } from './run.ts';
export type { Service, ServiceSpec } from './service.ts';
export type { ServiceOptions } from './service-options.ts';
export { type Running, start } from './start.ts';
