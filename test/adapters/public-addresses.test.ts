/** Names that lead inside: whatever DNS says of them, nothing there is knocked at (N47). */
import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { isPublic, lookupBy } from '#adapters/public-addresses.ts';

const of = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });

const looked = (addresses: string[], all = true) =>
  new Promise((resolve, reject) => {
    const lookup = lookupBy((_host, _options, done) => done(null, addresses.map(of)));
    lookup('name.example.com', { all }, (error, address, family) =>
      error ? reject(error) : resolve(all ? address : { address, family }),
    );
  });

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.170',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '2001:0:7f00:1::1',
    '2002:7f00:1::',
    '2001:db8::1',
  ])('inside is not public: %s', (address) => {
    expect(isPublic(of(address))).toBe(false);
  });

  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'of the world is public: %s',
    (address) => {
      expect(isPublic(of(address))).toBe(true);
    },
  );
});

describe('a name', () => {
  it('is found by its addresses in the world', async () => {
    expect(await looked(['1.1.1.1', '2606:4700::1111'])).toEqual([of('1.1.1.1'), of('2606:4700::1111')]);
    expect(await looked(['1.1.1.1'], false)).toEqual({ address: '1.1.1.1', family: 4 });
  });

  it('is not found where one of its addresses is inside, first or last', async () => {
    for (const all of [true, false])
      for (const addresses of [['10.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['::1', '1.1.1.1'], []])
        await expect(looked(addresses, all)).rejects.toHaveProperty('code', 'NOT_PUBLIC');
  });

  it('that DNS does not know fails as it does there', async () => {
    const lookup = lookupBy((_host, _options, done) =>
      done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
    );
    const found = new Promise((resolve) => lookup('x.example.com', {}, (error) => resolve(error?.code)));
    expect(await found).toBe('ENOTFOUND');
  });
});
