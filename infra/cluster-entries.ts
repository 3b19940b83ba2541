/** What the broker's functions may do in EKS: read clusters, and make and delete access entries of their own form. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ownershipTags } from '#domain/access-entry.ts';
import type { Catalog } from '#domain/catalog.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

/**
 * Granting reaches the clusters of the catalog. Ending reaches every cluster of the account: what was granted on one
 * that left the catalog since must still end.
 */
type Purpose = 'granting' | 'ending';

const anyCluster = 'What was granted on a cluster that left the catalog must still end.';

interface Reach {
  clusters: string[];
  /** Access entries of roles. */
  entries: string[];
}

export class ClusterEntries extends Construct {
  readonly #reach: Record<Purpose, Reach>;
  readonly #tags: Record<string, string>;

  constructor(scope: Construct, id: string, { settings, catalog }: { settings: Settings; catalog: Catalog }) {
    super(scope, id);
    const reach = (clusters: { eksName: string; region?: string | undefined }[]): Reach => {
      const arns = (resource: string, suffix: string) =>
        clusters.map(({ eksName, region }) =>
          Stack.of(this).formatArn({
            service: 'eks',
            resource,
            resourceName: eksName + suffix,
            ...(region ? { region } : {}),
          }),
        );
      return { clusters: arns('cluster', ''), entries: arns('access-entry', '/role/*') };
    };
    this.#reach = {
      granting: reach(
        Object.entries(catalog.clusters).map(([name, { eksName = name, region }]) => ({ eksName, region })),
      ),
      ending: reach([{ eksName: '*', region: '*' }]),
    };
    this.#tags = ownershipTags(settings.deployment);
  }

  grantDescribeCluster(to: CurfewFunction, purpose: Purpose): void {
    to.may(
      new PolicyStatement({ actions: ['eks:DescribeCluster'], resources: this.#reach[purpose].clusters }),
      anyCluster,
    );
  }

  /** Which entries stand on a cluster, and whether somebody gave one of them more than we did. */
  grantList(to: CurfewFunction): void {
    const { clusters, entries } = this.#reach.ending;
    to.may(new PolicyStatement({ actions: ['eks:ListAccessEntries'], resources: clusters }), anyCluster);
    to.may(
      new PolicyStatement({ actions: ['eks:ListAssociatedAccessPolicies'], resources: entries }),
      `The ARN of an entry ends in an id that EKS chooses. ${anyCluster}`,
    );
  }

  /** Entries of any owner: one that isn't ours has to be seen to be left alone. */
  grantDescribe(to: CurfewFunction, purpose: Purpose): void {
    to.may(
      new PolicyStatement({ actions: ['eks:DescribeAccessEntry'], resources: this.#reach[purpose].entries }),
      `The ARN of an entry ends in an id that EKS chooses; who asks for access is not known beforehand. ${anyCluster}`,
    );
  }

  /**
   * Only entries that give nothing by themselves: standard, our username and group form, our tags. A condition on a
   * list is true when the key is absent, so the keys must be there too.
   *
   * @param never functions whose roles get none: the broker lets nobody in as itself, itself included
   */
  grantCreate(to: CurfewFunction, never: readonly CurfewFunction[]): void {
    const { clusters, entries } = this.#reach.granting;
    to.may(
      new PolicyStatement({
        actions: ['eks:CreateAccessEntry'],
        resources: clusters,
        conditions: {
          StringEquals: { 'eks:accessEntryType': 'STANDARD', ...this.#requestTags() },
          StringLike: { 'eks:username': 'curfew:*' },
          'ForAllValues:StringLike': { 'eks:kubernetesGroups': 'curfew:principal:*' },
          Null: { 'eks:kubernetesGroups': 'false', 'eks:username': 'false' },
          ArnNotEquals: { 'eks:principalArn': never.map(({ role }) => role.roleArn) },
        },
      }),
    );
    // Creating with tags asks for this too. It could also mark a standing entry as ours, which a later delete would then
    // believe: such a delete takes access away and never gives any, and the ledger deletes by the ARN it recorded.
    to.may(
      new PolicyStatement({
        actions: ['eks:TagResource'],
        resources: [...clusters, ...entries],
        conditions: {
          StringEquals: this.#requestTags(),
          'ForAllValues:StringEquals': { 'aws:TagKeys': Object.keys(this.#tags) },
          // What another deployment has marked stays that one's.
          StringEqualsIfExists: this.#resourceTags(),
        },
      }),
      'The ARN of an entry ends in an id that EKS chooses; only our own tags can be set.',
    );
  }

  /** Only what carries this deployment's tags. */
  grantDelete(to: CurfewFunction, purpose: Purpose): void {
    to.may(
      new PolicyStatement({
        actions: ['eks:DeleteAccessEntry'],
        resources: this.#reach[purpose].entries,
        conditions: { StringEquals: this.#resourceTags() },
      }),
      `The ARN of an entry ends in an id that EKS chooses; the tags of this deployment are asked for. ${anyCluster}`,
    );
  }

  #requestTags(): Record<string, string> {
    return prefixed('aws:RequestTag/', this.#tags);
  }

  #resourceTags(): Record<string, string> {
    return prefixed('aws:ResourceTag/', this.#tags);
  }
}

function prefixed(prefix: string, tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));
}
