/** Which CI job or agent a call is of: by the token of its run, together with the IAM role that signed. */
import { IdentityRefused } from '#domain/errors.ts';
import { identitiesOf, issuersOf, type Workload, workloadOf } from '#domain/workload.ts';
import type { World } from '#ports';

/**
 * Undefined for a role that no identity of the catalog lists: a token says nothing there, as leaving it out would. Where one
 * does, the role alone is nobody. Throws IdentityRefused, and Unavailable where the issuer's keys can't be had; neither
 * repeats the token.
 */
export async function verifyWorkload(
  { catalog, identityTokens }: Pick<World, 'catalog' | 'identityTokens'>,
  principalArn: string,
  token: string | undefined,
): Promise<Workload | undefined> {
  const identities = identitiesOf(catalog, principalArn);
  if (identities.length === 0) return undefined;
  const names = identities.join(', ');
  if (token === undefined)
    throw new IdentityRefused(
      `The IAM role ${principalArn} is for jobs (${names}), each known by its own token: send it as X-Curfew-Identity-Token. ` +
        '`curfew` does so by itself where the job may have one; on GitHub say `permissions: id-token: write`.',
    );
  const vouched = await identityTokens.verify(token, issuersOf(catalog, identities));
  const found = workloadOf(catalog, principalArn, vouched);
  if ('workload' in found) return found.workload;
  throw new IdentityRefused(`The IAM role ${principalArn} signs for ${names}: ${found.refused}.`);
}
