/** Finds a host's addresses, and none that lead inside: a name that anybody may point anywhere must not make us knock there. */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, type LookupFunction } from 'node:net';

const inside = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(network, bits, 'ipv4');

/** Of IPv6 only what is given out to the world (2000::/3), and there nothing that holds an address of IPv4 or is for examples. */
const world = new BlockList();
world.addSubnet('2000::', 3, 'ipv6');
const holdsOthers = new BlockList();
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  holdsOthers.addSubnet(network, bits, 'ipv6');

export function isPublic({ address, family }: LookupAddress): boolean {
  return family === 4
    ? !inside.check(address, 'ipv4')
    : world.check(address, 'ipv6') && !holdsOthers.check(address, 'ipv6');
}

class NotPublic extends Error {
  readonly code = 'NOT_PUBLIC';
}

/**
 * For the connection itself, so that what was looked at is what is connected to. One address inside is enough to refuse all: who
 * answers so can't be trusted with the next question either.
 */
export const publicLookup = lookupBy(dnsLookup as DnsLookup);

type DnsLookup = (
  host: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export function lookupBy(dns: DnsLookup): LookupFunction {
  return (host, options, done) => {
    dns(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return done(error ?? new NotPublic('no address'), '', 0);
      if (!addresses.every(isPublic)) return done(new NotPublic('an address inside'), '', 0);
      if (options.all) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}
