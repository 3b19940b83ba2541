/** Guards of passkeys: made by a reviewer, vouched for by another, and good for one answer of their own. */
import { contract, type Mutant, unit } from './mutant.ts';

const passkey = 'broker/domain/passkey.ts';
const challenge = 'broker/domain/passkey-challenge.ts';
const people = 'broker/operations/passkeys.ts';
const approving = 'broker/operations/approve-by-passkey.ts';
const byLink = 'broker/operations/review-by-link.ts';
const webAuthn = 'broker/adapters/web-authn.ts';
const signedFacts = "return challengeOf({ does: 'approve', requestId, digest, reviewer, page });";

const withoutFact = (fact: string): Mutant => ({
  name: `a passkey signs no ${fact}`,
  guards: 'what is signed is exactly one answer (N11, N18)',
  changes: [
    {
      file: challenge,
      from: signedFacts,
      to: signedFacts
        .replace(`${fact},`, `${fact}: '',`)
        .replace('page }', fact === 'page' ? "page: '' }" : 'page }'),
    },
  ],
  killedBy: unit('operations/passkeys'),
});

export const passkeyMutants: readonly Mutant[] = [
  {
    name: 'a link alone approves for somebody who has a passkey',
    guards: 'a forwarded link is useless (N17)',
    changes: [
      { file: byLink, from: '(await usablePasskeys(world, reviewer)).length > 0', to: "reviewer === ''" },
    ],
    killedBy: unit('http/passkeys'),
  },
  ...['requestId', 'digest', 'reviewer', 'page'].map(withoutFact),
  {
    name: 'people confirm their own passkeys',
    guards: 'a second person vouches',
    changes: [
      {
        file: passkey,
        from: 'if ([before.person, ...names].some((name) => mayBeSame(name, by)))',
        to: "if (by === '')",
      },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'a passkey is confirmed by any code',
    guards: 'who confirms has heard its person',
    changes: [
      {
        file: passkey,
        from: 'if (confirmationCode(credential) !== code.trim().toLowerCase())',
        to: "if (code === '')",
      },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'anybody confirms passkeys',
    guards: 'reviewers and operators only',
    changes: [
      {
        file: people,
        from: 'if (isReviewer(world, person) || isOperator(world.catalog, caller)) return person;',
        to: 'if (person) return person;',
      },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'a passkey that was revoked, or that nobody confirmed, approves',
    guards: 'only confirmed passkeys count',
    changes: [{ file: passkey, from: 'if (!credential || !isUsable(before))', to: 'if (!credential)' }],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'what a passkey signed is taken twice',
    guards: 'no replay (N11)',
    changes: [
      { file: passkey, from: 'if (before.used?.assertion === assertion)', to: "if (assertion === '')" },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'a copied passkey approves',
    guards: 'counters grow',
    changes: [
      {
        file: passkey,
        from: 'if (counts && counter <= credential.counter) {',
        to: 'if (counts && counter < 0) {',
      },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'a use that is suspect is an approval',
    guards: 'counters grow',
    changes: [{ file: approving, from: 'if (suspect) throw', to: "if (requestId === '') throw" }],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: "somebody else's passkey approves",
    guards: 'whose link it is, and whose passkey (N17)',
    changes: [
      {
        file: approving,
        from: 'const theirs = (await world.passkeys.of(reviewer)).find(',
        to: 'const theirs = (await world.passkeys.list({ limit: 100 })).items.find(',
      },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'a passkey signs on another site',
    guards: 'the origin of our pages',
    changes: [
      {
        file: webAuthn,
        from: 'expectedOrigin: new URL(url).origin,',
        to: "expectedOrigin: [new URL(url).origin, 'https://evil.example', 'https://curfew.example.net'],",
      },
    ],
    killedBy: unit('adapters/web-authn'),
  },
  {
    name: 'a passkey signs for another domain',
    guards: 'the domain of our pages',
    changes: [
      {
        file: webAuthn,
        from: 'expectedRPID: domain,',
        to: "expectedRPID: [domain, 'evil.example', 'example.net'],",
      },
    ],
    killedBy: unit('adapters/web-authn'),
  },
  {
    name: 'a device need not know who touches it',
    guards: 'user verification',
    changes: [
      { file: webAuthn, from: 'requireUserVerification: true,', to: 'requireUserVerification: false,' },
    ],
    killedBy: unit('adapters/web-authn'),
  },
  {
    name: 'a passkey signs inside a frame of another site',
    guards: 'no frames',
    changes: [{ file: webAuthn, from: 'if (told.data?.crossOrigin)', to: 'if (told.data === null)' }],
    killedBy: unit('adapters/web-authn'),
  },
  {
    name: 'a signature that is not of the key approves',
    guards: 'the signature itself',
    changes: [
      {
        file: webAuthn,
        from: '      if (!found.verified) throw new PasskeyRefused(notOurs);\n      const proof',
        to: '      const proof',
      },
    ],
    killedBy: unit('adapters/web-authn'),
  },
  {
    name: 'a link makes two passkeys',
    guards: 'links of enrolments are single use',
    changes: [{ file: passkey, from: 'if (passkey.credential)\n', to: 'if (passkey.id === hash)\n' }],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'a link makes a passkey when it is over',
    guards: 'links of enrolments end',
    changes: [{ file: passkey, from: ' || at >= passkey.enrolment.expiresAt)', to: ')' }],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'the id of a passkey is enough to make it',
    guards: 'links of enrolments are secrets',
    changes: [{ file: passkey, from: 'if (passkey.enrolment.hash !== hash)', to: "if (hash === '')" }],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'a page of another origin makes a passkey',
    guards: 'forms of our own pages only (N49)',
    changes: [
      { file: 'broker/http/enrolment-page.ts', from: 'if (fromElsewhere(c))', to: "if (link.id === '')" },
    ],
    killedBy: unit('http/passkeys'),
  },
  {
    name: 'everybody enrols passkeys',
    guards: 'reviewers only',
    changes: [
      {
        file: people,
        from: 'if (isReviewer(world, person)) return person;',
        to: 'if (person) return person;',
      },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: "anybody revokes another's passkey",
    guards: 'its person and operators only',
    changes: [
      {
        file: people,
        from: 'if (before.person !== by && !isOperator(world.catalog, caller))',
        to: "if (by === '')",
      },
    ],
    killedBy: unit('operations/passkeys'),
  },
  {
    name: 'two writes of one passkey both last',
    guards: 'each change of a passkey is on what it read',
    changes: [
      {
        file: 'broker/adapters/dynamo-passkeys.ts',
        from: "ConditionExpression: 'version = :expected',",
        to: "ConditionExpression: 'version >= :expected',",
      },
    ],
    killedBy: contract('passkeys', 'in DynamoDB'),
  },
];
