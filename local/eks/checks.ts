/** Which IAM actions, resources and condition keys stand behind each EKS call, as in AWS's service authorization reference. */
import { type AccessEntry, type EntryDraft, entryArn } from './access-entries.ts';
import type { Cluster } from './clusters.ts';
import type { Check } from './front-door.ts';

export function onEverything(operation: string): Check {
  return { action: `eks:${operation}`, resource: '*', context: {} };
}

export function onCluster(operation: string, cluster: Cluster): Check {
  return { action: `eks:${operation}`, resource: cluster.arn, context: resourceTags(cluster.tags) };
}

/** Creating is judged on the cluster, by what is asked for; with tags, tagging must be allowed too. */
export function onCreation(cluster: Cluster, draft: EntryDraft): Check[] {
  const requested = requestTags(draft.tags);
  const creation: Check = {
    action: 'eks:CreateAccessEntry',
    resource: cluster.arn,
    context: {
      ...resourceTags(cluster.tags),
      ...requested,
      ...entryKeys(draft.principalArn, draft.kubernetesGroups, draft.username),
    },
  };
  if (Object.keys(draft.tags).length === 0) return [creation];
  const resource = entryArn(cluster, draft.principalArn, '*');
  return [creation, { action: 'eks:TagResource', resource, context: requested }];
}

/**
 * Everything else is judged on the entry. One that does not exist has no tags, so whoever may delete only what is
 * tagged as theirs is refused, and not told that there is nothing.
 */
export function onEntry(
  operation: string,
  cluster: Cluster,
  principalArn: string,
  entry: AccessEntry | undefined,
  asked: { username?: string | undefined; kubernetesGroups?: string[] | undefined } = {},
): Check {
  return {
    action: `eks:${operation}`,
    resource: entry?.accessEntryArn ?? entryArn(cluster, principalArn, '*'),
    context: {
      ...resourceTags(entry?.tags ?? {}),
      ...entryKeys(
        principalArn,
        asked.kubernetesGroups ?? entry?.kubernetesGroups ?? [],
        asked.username ?? entry?.username,
      ),
      'eks:clusterName': cluster.name,
    },
  };
}

export function onTags(
  operation: 'TagResource' | 'UntagResource' | 'ListTagsForResource',
  resource: string,
  current: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>> | readonly string[],
): Check {
  const requested = Array.isArray(asked)
    ? { 'aws:TagKeys': [...asked] }
    : requestTags(asked as Record<string, string>);
  return { action: `eks:${operation}`, resource, context: { ...resourceTags(current), ...requested } };
}

/** A key that the request doesn't have is left out, so that `Null` conditions hold as on AWS. */
function entryKeys(
  principalArn: string,
  groups: readonly string[],
  username: string | undefined,
): Check['context'] {
  return {
    'eks:principalArn': principalArn,
    'eks:accessEntryType': 'STANDARD',
    ...(groups.length > 0 && { 'eks:kubernetesGroups': [...groups] }),
    ...(username !== undefined && { 'eks:username': username }),
  };
}

function resourceTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}

function requestTags(tags: Readonly<Record<string, string>>): Check['context'] {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': keys,
  };
}
