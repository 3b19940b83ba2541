/** The EKS access entry of a principal: its content is a pure function of the principal, so overlapping grants never update it. */
import { digestOf } from './digest.ts';
import type { EksCluster } from './eks-cluster.ts';
import { principalGroup, usernamePrefix } from './identity.ts';
import type { Instant } from './instant.ts';

export interface EntryKey extends EksCluster {
  principalArn: string;
}

export interface EntryContent {
  principalArn: string;
  username: string;
  groups: string[];
  tags: Record<string, string>;
}

export const managedBy = 'curfew';

/** Tags by which an entry is known to be ours: this deployment's, and nobody else's. */
export function ownershipTags(deployment: string): Record<string, string> {
  return { 'curfew:managed-by': managedBy, 'curfew:deployment': deployment };
}

export function isOwned(tags: Record<string, string>, deployment: string): boolean {
  return Object.entries(ownershipTags(deployment)).every(([tag, value]) => tags[tag] === value);
}

/**
 * Whether an entry was made for somebody who asked: by its tags, and by the form of username without which OpenGrant can make
 * none. What lets the cluster leg itself in bears the same tags and another username: `curfew onboard` made it.
 */
export function isForAsking(
  { tags, username }: Pick<EntryContent, 'tags' | 'username'>,
  deployment: string,
): boolean {
  return isOwned(tags, deployment) && username.startsWith('curfew:');
}

export function entryContent(
  principal: { arn: string; account: string; roleName: string },
  deployment: string,
): EntryContent {
  return {
    principalArn: principal.arn,
    username: `${usernamePrefix(principal)}{{SessionNameRaw}}`,
    groups: [principalGroup(principal.arn)],
    tags: ownershipTags(deployment),
  };
}

export function entryContentOf(principalArn: string, deployment: string): EntryContent {
  const [, , , , account = '', path = ''] = principalArn.split(':');
  return entryContent(
    { arn: principalArn, account, roleName: path.slice(path.lastIndexOf('/') + 1) },
    deployment,
  );
}

/** In what a standing entry differs from what we made, in words; undefined where it doesn't. */
export function editOf(standing: EntryContent, made: EntryContent): string | undefined {
  const { username, groups, tags } = standing;
  if (username !== made.username) return `its username is ${username}`;
  if ([...groups].sort().join() !== [...made.groups].sort().join())
    return `its groups are ${groups.join(', ') || 'none'}`;
  const lost = Object.entries(made.tags).filter(([tag, value]) => tags[tag] !== value);
  return lost.length > 0 ? `it lost the tags ${lost.map(([tag]) => tag).join(', ')}` : undefined;
}

/** State of one principal's entry in our ledger; holders are items of their own, one per grant. */
export interface EntryItem {
  key: EntryKey;
  state: 'absent' | 'creating' | 'present' | 'deleting';
  /** Grows with each creation; conditions every write, and goes into the idempotency token. */
  generation: number;
  /** The principal's unique id at creation: a role made anew under the same ARN makes the entry dead. */
  roleId: string;
  /** ARN with the UUID that EKS gave it: proof that what stands there is what we made. Known once present. */
  entryArn?: string;
  /** False where an entry of our form stood there before us: used, never deleted. */
  owned: boolean;
  /** While deleting: nobody else may take over before this instant. */
  deleteLease?: Instant;
}

/** Longer than any function that deletes can live, so that its delete call can't hit a successor. */
export const deleteLeaseMs = 60_000;

/** Idempotency token for CreateAccessEntry: same generation, same token (64 hex characters). */
export function creationToken(key: EntryKey, generation: number): string {
  return digestOf({ ...key, generation });
}
