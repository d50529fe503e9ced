import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Whether an IP address leads to this machine: loopback, unspecified, or one of its interfaces' now. */
export function isOwnAddress(host: string): boolean {
  // Nearly all are, and asking the system takes as long as reading a packet.
  if (host.startsWith('127.') || host === '::1') return true;
  const own = new BlockList();
  const add = (address: string): void => own.addAddress(address, familyOf(address));
  for (const address of ['0.0.0.0', '::']) add(address);
  for (const addresses of Object.values(networkInterfaces()))
    for (const { address } of addresses ?? []) add(address);
  return own.check(host, familyOf(host));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
