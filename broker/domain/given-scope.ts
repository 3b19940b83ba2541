/** The scope of a kill switch as an operator gives it, and what it means: a typing error must not look like a switch that is on. */

import * as z from 'zod';
import type { Catalog } from './catalog.ts';
import { eksClusterNamed } from './catalog-lookup.ts';
import { clusterName } from './eks-cluster.ts';
import { InvalidInput } from './errors.ts';
import type { KillScope } from './kill-scope.ts';
import { canonicalPerson } from './people.ts';

const sessionName = z
  .string()
  .transform(canonicalPerson)
  .pipe(z.string().regex(/^[\w+=,.@-]{2,64}$/, 'Write the session name, mostly an e-mail address.'));

const roleArn = z
  .string()
  .max(2048)
  .regex(
    /^arn:aws[\w-]*:iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
    'Write the ARN of the IAM role, arn:aws:iam::<account>:role/<name>; its path may be left out.',
  );

const cluster = z
  .string()
  .regex(
    /^([a-z]{2}(-[a-z]+)+-\d\/)?[0-9A-Za-z][\w-]{0,99}$/,
    'Write the name of a cluster of the catalog, or <region>/<name in EKS>.',
  );

/** As given: a cluster may have the catalog's name. */
export const givenScopeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), value: sessionName }),
  z.strictObject({ kind: z.literal('principal'), value: roleArn }),
  z.strictObject({ kind: z.literal('cluster'), value: cluster }),
  z.strictObject({ kind: z.literal('everything') }),
]);

/** Throws InvalidInput for a cluster that can't be known. */
export function resolveScope(
  given: KillScope,
  { catalog, region }: { catalog: Pick<Catalog, 'clusters'>; region: string },
): KillScope {
  if (given.kind !== 'cluster' || given.value.includes('/')) return given;
  const found = eksClusterNamed(catalog, given.value, region);
  if (!found) {
    const message = `No cluster "${given.value}" in the catalog. One that left it is written <region>/<name in EKS>.`;
    throw new InvalidInput(message, { details: { faults: [{ path: 'scope.value', message }] } });
  }
  return { kind: 'cluster', value: clusterName(found) };
}
