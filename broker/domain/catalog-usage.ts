/** The part of the catalog on what people do with their access: what is kept of it, and what is out of the usual. */
import * as z from 'zod';
import { durationSchema } from './duration.ts';
import { usageLevels } from './usage/concern.ts';

export const consequences = ['ignore', 'note', 'alarm', 'end'] as const;
/** `note`: on the record. `alarm`: and somebody is woken. `end`: and the grant ends at once. */
export type Consequence = (typeof consequences)[number];

const action = (usual: Consequence) => z.enum(consequences).default(usual);
const above = (usual: number) => z.int().min(1).max(100_000).default(usual);

/** Kinds of things as the record tells them, such as `secrets`, `pods/exec`, `cronjobs.batch`. */
const dangerous = [
  'serviceaccounts/token',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'certificatesigningrequests.certificates.k8s.io',
];

const rulesSchema = z.strictObject({
  'use-after-end': z
    .strictObject({ action: action('alarm') })
    .prefault({})
    .describe('Something was allowed by a grant after it was over.'),
  stranger: z
    .strictObject({ action: action('alarm') })
    .prefault({})
    .describe('A grant allowed something to somebody whom it was not given to.'),
  refusals: z
    .strictObject({ action: action('alarm'), above: above(20), within: durationSchema.prefault('5m') })
    .prefault({})
    .describe('More were refused within a time: somebody tries what they may not do.'),
  dangerous: z
    .strictObject({
      action: action('alarm'),
      resources: z.array(z.string().min(1)).max(50).default(dangerous),
    })
    .prefault({})
    .describe('One of these kinds of things was changed, made or read.'),
  'new-address': z
    .strictObject({ action: action('note') })
    .prefault({})
    .describe('A second network (/24 or /48) under one grant.'),
  'two-places': z
    .strictObject({ action: action('alarm'), within: durationSchema.prefault('10m') })
    .prefault({})
    .describe('Two networks in turns within a time: the same credentials in two places.'),
  volume: z
    .strictObject({ action: action('note'), above: above(2000) })
    .prefault({})
    .describe('More requests under one grant.'),
});

export const usageRules = [
  'use-after-end',
  'stranger',
  'refusals',
  'dangerous',
  'new-address',
  'two-places',
  'volume',
] as const;
export type UsageRule = (typeof usageRules)[number];

export const usageSchema = z.strictObject({
  level: z
    .enum(usageLevels)
    .default('privilege')
    .describe(
      "What of the clusters' audit logs is kept: `grants`, what people do with access through Curfew; `privilege`, standing privilege in use, too; `all`, every line.",
    ),
  expected: z
    .array(z.string().regex(/^[^*]+\*?$/, 'Write a username, or its beginning and `*`.'))
    .max(50)
    .default([])
    .describe('Users of the clusters that may write RBAC without an alarm, such as those of GitOps.'),
  rules: rulesSchema.prefault({}).describe('What is out of the usual, and what follows.'),
});
export type UsageSettings = z.output<typeof usageSchema>;

/** Whether a user's writing of RBAC is no news. */
export function isExpected({ expected }: Pick<UsageSettings, 'expected'>, username: string): boolean {
  return expected.some((pattern) =>
    pattern.endsWith('*') ? username.startsWith(pattern.slice(0, -1)) : username === pattern,
  );
}
