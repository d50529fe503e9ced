/** go-micro's keys on a Pod, from its kubernetes registry. */
export const prefix = 'micro.mu/';
/** Says `service` on every pod that has registered something. */
export const typeLabel = `${prefix}type`;
export const selectorPrefix = `${prefix}selector-`;
export const recordPrefix = `${prefix}service-`;

/** Kubernetes takes this much after the slash of a label's or an annotation's key. */
const maxKeyLength = 63;
const maxNameLength = maxKeyLength - Math.max('selector-'.length, 'service-'.length);

/** A service's name as it stands in keys: every byte that is none of `-A-Za-z0-9_.` becomes `_`. */
export function mangle(service: string): string {
  return Buffer.from(service, 'utf8')
    .toString('latin1')
    .replace(/[^-A-Za-z0-9_.]/g, '_');
}

/** The keys of one service. */
export interface ServiceKeys {
  /** Label that says `service`. */
  readonly selector: string;
  /** Annotation with the record. */
  readonly record: string;
}

/** @throws TypeError for a name whose keys Kubernetes would not take. */
export function keysOf(service: string): ServiceKeys {
  const mangled = mangle(service);
  if (mangled.length > maxNameLength || !/[A-Za-z0-9]$/.test(mangled))
    throw new TypeError(
      `expected a service name of at most ${maxNameLength} bytes that ends in a letter or digit, ` +
        `for it becomes part of a label, got ${JSON.stringify(service)}`,
    );
  return { selector: selectorPrefix + mangled, record: recordPrefix + mangled };
}
