import { splitAddress } from '@micro/registry';
import type { ServiceOptions } from './service-options.ts';
import { tlsFaults } from './tls-options.ts';

/** Options that could be read; a rule is silent where one that it needs could not. */
type Readable = Partial<ServiceOptions>;

/**
 * What is wrong with options that are right each by itself.
 *
 * @param http The option that says where HTTP is served, and its value.
 */
export function brokenRules(
  options: Readable,
  http: { readonly name: string; readonly address: string | undefined },
): readonly string[] {
  const problems = [expiry(options), namespaces(options), samePort(options, http)];
  return [...problems.flatMap((problem) => problem ?? []), ...tlsFaults(options)];
}

function expiry({ register_interval: interval, register_ttl: ttl }: Readable): string | undefined {
  if (interval === undefined || ttl === undefined || interval < ttl) return undefined;
  return (
    '--register_interval: expected less than --register_ttl, or a registration would expire between repeats, ' +
    `got ${interval / 1000} and ${ttl / 1000}`
  );
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function namespaces({ registry, registry_address: address }: Readable): string | undefined {
  if (registry !== 'kubernetes' || !address) return undefined;
  const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
  if (address.split(',').every((name) => label.test(name))) return undefined;
  return `--registry_address: expected the namespaces to look in as a,b, got ${JSON.stringify(address)}`;
}

function samePort(
  { server_address: grpc }: Readable,
  { name, address }: { readonly name: string; readonly address: string | undefined },
): string | undefined {
  const [one, other] = [splitAddress(grpc ?? ''), splitAddress(address ?? '')];
  // Without one of them, or with port 0, there is no port to share.
  if (!one || !other || one.port !== other.port) return undefined;
  const everywhere = ['0.0.0.0', '::'];
  const meet =
    one.host === other.host || [one, other].some(({ host }) => everywhere.includes(host));
  if (!meet) return undefined;
  return `--${name}: expected another port than --server_address, got ${address} and ${grpc}`;
}
