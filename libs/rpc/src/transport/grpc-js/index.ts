export { createListener } from './listener.ts';
export { fromMetadata, toMetadata } from './metadata.ts';
