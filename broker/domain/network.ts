/** The network of an address: what mostly stays the same while somebody is in one place. */
import * as z from 'zod';

const groupsOf48 = 3;

/** `192.0.2.0/24` or `2001:db8:1::/48`; undefined for what is no address. */
export function networkOf(address: string): string | undefined {
  if (isA(z.ipv4(), address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isA(z.ipv6(), address)) return undefined;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const groups = tail === undefined ? before : [...before, '0', '0', '0'];
  const first = groups.slice(0, groupsOf48).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/48`;
}

const isA = (kind: z.ZodType, address: string) => z.safeParse(kind, address).success;
