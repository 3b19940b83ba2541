/** What the broker's functions may do in EKS: read catalog clusters, and make and delete access entries of their own form. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ownershipTags } from '#domain/access-entry.ts';
import type { Catalog } from '#domain/catalog.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

export class ClusterEntries extends Construct {
  readonly #clusters: string[];
  readonly #entries: string[];
  readonly #tags: Record<string, string>;

  constructor(scope: Construct, id: string, { settings, catalog }: { settings: Settings; catalog: Catalog }) {
    super(scope, id);
    const arns = (resource: string, suffix: string) =>
      Object.entries(catalog.clusters).map(([name, { eksName = name, region }]) =>
        Stack.of(this).formatArn({
          service: 'eks',
          resource,
          resourceName: eksName + suffix,
          ...(region ? { region } : {}),
        }),
      );
    this.#clusters = arns('cluster', '');
    this.#entries = arns('access-entry', '/role/*');
    this.#tags = ownershipTags(settings.deployment);
  }

  grantDescribeCluster(to: CurfewFunction): void {
    to.may(new PolicyStatement({ actions: ['eks:DescribeCluster'], resources: this.#clusters }));
  }

  /** Entries of any owner: one that isn't ours has to be seen to be left alone. */
  grantDescribe(to: CurfewFunction): void {
    to.may(
      new PolicyStatement({ actions: ['eks:DescribeAccessEntry'], resources: this.#entries }),
      'The ARN of an entry ends in an id that EKS chooses; who asks for access is not known beforehand.',
    );
  }

  /**
   * Only entries that give nothing by themselves: standard, our username and group form, our tags. A condition on a
   * list is true when the key is absent, so the keys must be there too.
   */
  grantCreate(to: CurfewFunction): void {
    to.may(
      new PolicyStatement({
        actions: ['eks:CreateAccessEntry'],
        resources: this.#clusters,
        conditions: {
          StringEquals: { 'eks:accessEntryType': 'STANDARD', ...this.#requestTags() },
          StringLike: { 'eks:username': 'curfew:*' },
          'ForAllValues:StringLike': { 'eks:kubernetesGroups': 'curfew:principal:*' },
          Null: { 'eks:kubernetesGroups': 'false', 'eks:username': 'false' },
        },
      }),
    );
    // Creating with tags asks for this too. It could also mark a standing entry as ours, which a later delete would then
    // believe: such a delete takes access away and never gives any, and the ledger deletes by the ARN it recorded.
    to.may(
      new PolicyStatement({
        actions: ['eks:TagResource'],
        resources: [...this.#clusters, ...this.#entries],
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
  grantDelete(to: CurfewFunction): void {
    to.may(
      new PolicyStatement({
        actions: ['eks:DeleteAccessEntry'],
        resources: this.#entries,
        conditions: { StringEquals: this.#resourceTags() },
      }),
      'The ARN of an entry ends in an id that EKS chooses; the tags of this deployment are asked for.',
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
