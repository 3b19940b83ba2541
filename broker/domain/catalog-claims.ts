/** The part of the catalog on claims: who may ask for others, and how long and from where what they asked for can be claimed. */
import * as z from 'zod';
import type { Catalog } from './catalog.ts';
import type { ReferenceFault } from './catalog-references.ts';
import { roleArn } from './catalog-rules.ts';
import { durationSchema } from './duration.ts';
import { sessionNameIsTrusted } from './identity.ts';
import { personSchema } from './people.ts';

/** A person is written with an @, which no name of a group has. */
const groupOrPerson = z.union([personSchema, z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)], {
  error: 'Write a group of reviewers, or a person as an e-mail address.',
});

export const claimsSchema = z.strictObject({
  window: durationSchema
    .prefault('4h')
    .describe('How long the person has, once it is approved, to claim what others asked for them.'),
  onBehalfBy: z
    .array(groupOrPerson)
    .default([])
    .describe('Reviewer groups and people who may ask for access for somebody else. Nobody, unless told.'),
  from: z
    .array(roleArn)
    .min(1)
    .optional()
    .describe('IAM roles it can be claimed from. Absent: any whose session names are trusted.'),
});

export function claimFaults({
  claims,
  reviewers,
  trustedSessionNames,
}: Pick<Catalog, 'claims' | 'reviewers' | 'trustedSessionNames'>): ReferenceFault[] {
  return [
    ...claims.onBehalfBy.flatMap((name, i) =>
      name.includes('@') || Object.hasOwn(reviewers, name)
        ? []
        : [{ path: ['claims', 'onBehalfBy', i], message: `No group "${name}" under reviewers.` }],
    ),
    ...(claims.from ?? []).flatMap((arn, i) =>
      sessionNameIsTrusted(arn, trustedSessionNames)
        ? []
        : [
            {
              path: ['claims', 'from', i],
              message:
                'Nobody vouches for its session names: list it under trustedSessionNames, or nobody can claim from it.',
            },
          ],
    ),
  ];
}

/** Whether this person may ask for somebody else. */
export function mayAskForOthers(
  { claims, reviewers }: Pick<Catalog, 'claims' | 'reviewers'>,
  person: string,
): boolean {
  return claims.onBehalfBy.some(
    (name) =>
      name === person || (Object.hasOwn(reviewers, name) && reviewers[name]?.members.includes(person)),
  );
}
