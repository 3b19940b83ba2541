/** Tokens of jobs, made with real keys: whose is believed, and how often an issuer is asked for its keys. */
import { createHmac, type webcrypto } from 'node:crypto';
import { exportSPKI, importJWK, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { JobTokens } from '#adapters/identity-tokens.ts';
import { MemoryIssuers } from '#adapters/memory/issuers.ts';
import { IdentityRefused, Unavailable } from '#domain/errors.ts';
import { issuersOf } from '#domain/workload.ts';
import {
  anIssuer,
  github,
  githubKeys,
  shopJob,
  type TestIssuer,
  workloadCatalog,
} from '../builders/issuer.ts';

const now = new Date('2026-11-21T08:00:00.000Z');
const other = 'https://gitlab.example.com';
const known = issuersOf(
  workloadCatalog({
    issuers: {
      github: { kind: 'github', issuer: github },
      gitlab: { kind: 'gitlab', issuer: other },
    },
    identities: Object.fromEntries(
      ['github', 'gitlab'].map((issuer) => [
        issuer,
        {
          issuer,
          claims: { repository: 'org/shop', ref: 'refs/heads/main' },
          principals: ['arn:aws:iam::111122223333:role/ci-deployer'],
        },
      ]),
    ),
  }),
  ['github', 'gitlab'],
);

let issuer: TestIssuer;
let second: TestIssuer;
beforeAll(async () => {
  [issuer, second] = await Promise.all([anIssuer(), anIssuer({ url: other, kid: 'key-2', alg: 'ES256' })]);
});

function aVerifier() {
  const issuers = new MemoryIssuers();
  issuers.documents.set(githubKeys, issuer.jwks);
  issuers.documents.set(`${other}/oauth/discovery/keys`, second.jwks);
  const clock = { ms: now.getTime() };
  const tokens = new JobTokens(
    (uri) => issuers.at(uri),
    () => clock.ms,
  );
  return { issuers, clock, verify: (token: string) => tokens.verify(token, known) };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('A token that one of the issuers has signed for Curfew', () => {
  it.each([
    ['RS256', () => issuer],
    ['ES256', () => second],
  ])('is believed (%s), and says whose it is', async (_alg, of) => {
    const token = await of().token(shopJob, { at: now });
    const { issuer: by, claims } = await aVerifier().verify(token);
    expect(by.issuer).toBe(of().url);
    expect(claims).toMatchObject({ repository: 'org/shop', run_id: '4711' });
  });
  it('is believed half a minute around its time, and no longer', async () => {
    const { verify, clock } = aVerifier();
    const token = await issuer.token(shopJob, { at: now });
    for (const [seconds, good] of [
      [-29, true],
      [-31, false],
      [329, true],
      [331, false],
    ] as const) {
      clock.ms = now.getTime() + seconds * 1000;
      const verified = verify(token).then(
        () => true,
        () => false,
      );
      expect([seconds, await verified]).toEqual([seconds, good]);
    }
  });
});

/** Each a token that must not be believed, and what is said of it. */
const forged: [string, () => Promise<string>, RegExp][] = [
  [
    'of another audience',
    () => issuer.token({ ...shopJob, aud: 'sts.amazonaws.com' }, { at: now }),
    /audience/,
  ],
  [
    'of others besides',
    () => issuer.token({ ...shopJob, aud: ['curfew', 'x'] }, { at: now }),
    /others besides/,
  ],
  ['of no audience', () => issuer.token({ ...shopJob, aud: undefined }, { at: now }), /aud/],
  [
    'of an issuer nobody listed',
    () => issuer.token({ ...shopJob, iss: 'https://evil.example' }, { at: now }),
    /issuer/,
  ],
  [
    'of an issuer spelled alike',
    () => issuer.token({ ...shopJob, iss: `${github}/` }, { at: now }),
    /issuer/,
  ],
  ["of another issuer's keys", () => second.token({ ...shopJob, iss: github }, { at: now }), /no such key/],
  [
    "of another issuer's key under the right name",
    async () => (await anIssuer({ kid: 'key-1' })).token(shopJob, { at: now }),
    /signature/,
  ],
  ['that has expired', () => issuer.token(shopJob, { at: new Date(now.getTime() - 400_000) }), /expired/],
  [
    'that is not good yet',
    () => issuer.token(shopJob, { at: new Date(now.getTime() + 60_000) }),
    /"?nbf|iat/,
  ],
  [
    'that is good for years',
    () => issuer.token(shopJob, { at: new Date(now.getTime() - 25 * 3_600_000), seconds: 1e8 }),
    /too long ago/,
  ],
  ['without an end', () => issuer.token({ ...shopJob, exp: undefined }, { at: now }), /exp/],
  ['without a beginning', () => issuer.token({ ...shopJob, iat: undefined }, { at: now }), /iat/],
  ['without a subject', () => issuer.token({ ...shopJob, sub: undefined }, { at: now }), /sub/],
  [
    'with alg none',
    async () => {
      const [, body] = (await issuer.token(shopJob, { at: now })).split('.');
      return `${part({ alg: 'none', typ: 'JWT' })}.${body}.AA`;
    },
    /not signed with RS256/,
  ],
  [
    'with no signature at all',
    async () => `${(await issuer.token(shopJob, { at: now })).split('.').slice(0, 2).join('.')}.`,
    /not a signed JWT/,
  ],
  [
    'signed by HS256 with the public key as its secret',
    async () => {
      const [, body] = (await issuer.token(shopJob, { at: now })).split('.');
      const pem = await exportSPKI(
        (await importJWK(issuer.jwks.keys[0] as JWK, 'RS256')) as webcrypto.CryptoKey,
      );
      const text = `${part({ alg: 'HS256', kid: 'key-1' })}.${body}`;
      return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    },
    /not signed with RS256/,
  ],
  [
    'signed by PS256',
    async () => (await anIssuer({ alg: 'PS256' })).token(shopJob, { at: now }),
    /not signed with RS256/,
  ],
  [
    'whose body was changed',
    async () => {
      const [header, , signature] = (await issuer.token(shopJob, { at: now })).split('.');
      const [, body] = (await issuer.token({ ...shopJob, repository: 'org/other' }, { at: now })).split('.');
      return `${header}.${body}.${signature}`;
    },
    /signature/,
  ],
  [
    'that brings its own key',
    async () => {
      const evil = await anIssuer({ kid: 'mine' });
      return evil.token(shopJob, {
        at: now,
        header: { jwk: evil.jwks.keys[0] as JWK, jku: 'https://evil.example/jwks' },
      });
    },
    /no such key/,
  ],
  [
    'twice in one header (N42)',
    async () => {
      const t = await issuer.token(shopJob, { at: now });
      return `${t}, ${t}`;
    },
    /not a signed JWT/,
  ],
  [
    'of 8 KB and more',
    () => issuer.token({ ...shopJob, filler: 'x'.repeat(9000) }, { at: now }),
    /not a signed JWT/,
  ],
  ['that is no JWT', async () => 'a.b.c', /not a signed JWT/],
];

describe('N09: a token is refused', () => {
  it.each(forged)('%s', async (_what, make, why) => {
    const { verify, issuers } = aVerifier();
    const token = await make();
    const error = await verify(token).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IdentityRefused);
    const { message, cause, details } = error as IdentityRefused;
    expect(message).toMatch(why);
    // Nothing of it is repeated, and no address that it names is asked.
    expect(cause).toBeUndefined();
    expect(JSON.stringify([message, details])).not.toContain(token.slice(-20));
    expect(issuers.read.every((uri) => uri.startsWith(github))).toBe(true);
  });

  it('of an issuer that is not listed for this role', async () => {
    const { verify } = aVerifier();
    const token = await second.token(shopJob, { at: now });
    await verify(token);
    const issuers = new MemoryIssuers();
    issuers.documents.set(githubKeys, { keys: [...issuer.jwks.keys, ...second.jwks.keys] });
    const tokens = new JobTokens(
      (uri) => issuers.at(uri),
      () => now.getTime(),
    );
    const only = known.filter(({ name }) => name === 'github');
    await expect(tokens.verify(token, only)).rejects.toThrow(/issuer that the catalog does not name/);
  });
});

describe('The keys of an issuer', () => {
  it('are read once for many tokens, and again after ten minutes', async () => {
    const { verify, issuers, clock } = aVerifier();
    await Promise.all([1, 2, 3].map(async () => verify(await issuer.token(shopJob, { at: now }))));
    expect(issuers.read).toEqual([githubKeys]);
    clock.ms += 10 * 60_000;
    await verify(await issuer.token(shopJob, { at: new Date(clock.ms) }));
    expect(issuers.read).toEqual([githubKeys, githubKeys]);
  });

  it('are read anew for a key that is not among them, once a minute at most', async () => {
    const { verify, issuers, clock } = aVerifier();
    await verify(await issuer.token(shopJob, { at: now }));
    const next = await anIssuer({ kid: 'key-9' });
    const token = () => next.token(shopJob, { at: new Date(clock.ms) });
    await expect(verify(await token())).rejects.toThrow(/no such key/);
    expect(issuers.read).toHaveLength(1);
    clock.ms += 61_000;
    await expect(verify(await token())).rejects.toThrow(/no such key/);
    await expect(verify(await token())).rejects.toThrow(/no such key/);
    expect(issuers.read).toHaveLength(2);
    clock.ms += 61_000;
    issuers.documents.set(githubKeys, { keys: [...issuer.jwks.keys, ...next.jwks.keys] });
    await verify(await token());
    expect(issuers.read).toHaveLength(3);
  });

  it.each<[string, unknown]>([
    ['can not be reached', undefined],
    ['are no set of keys', { hello: 'there' }],
  ])('that %s make everybody unknown, and say so (N05)', async (_what, document) => {
    const { verify, issuers } = aVerifier();
    issuers.documents.set(githubKeys, document);
    const token = await issuer.token(shopJob, { at: now });
    const error = await verify(token).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unavailable);
    expect((error as Error).message).toMatch(/keys of token.actions.githubusercontent.com can't be read/);
    // And as soon as they are there, they are used.
    issuers.documents.set(githubKeys, issuer.jwks);
    await verify(token);
  });
});
