/** The locked bucket: one create-only object per audit event, that nobody can change, shorten or take away in time. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

/** A bucket whose objects are locked for the days of the settings, by their mode. */
export class LockedBucket extends Bucket {
  constructor(scope: Construct, id: string, { auditMode, auditDays }: Settings) {
    const period = Duration.days(auditDays);
    super(scope, id, {
      objectLockDefaultRetention:
        auditMode === 'COMPLIANCE'
          ? ObjectLockRetention.compliance(period)
          : ObjectLockRetention.governance(period),
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Object Lock keeps versions; these keep them in sight, and the lock as it is, for the account's own people too.
    this.#deny('NothingIsDeleted', ['s3:DeleteObject', 's3:DeleteObjectVersion'], this.arnForObjects('*'));
    this.#deny('TheLockIsNotBypassed', ['s3:BypassGovernanceRetention'], this.arnForObjects('*'));
    this.#deny(
      'TheLockStays',
      ['s3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning', 's3:DeleteBucket'],
      this.bucketArn,
    );
    acknowledge(
      this,
      'S1',
      'Who wrote to it is in CloudTrail; a bucket with Object Lock can not take access logs itself, and one beside it would be unlocked.',
    );
  }

  #deny(sid: string, actions: string[], resource: string): void {
    this.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions,
        resources: [resource],
      }),
    );
  }
}

/** What the log consists of, by prefix. */
const writtenOnce = ['events', 'leaves', 'checkpoints'] as const;

export class AuditStore extends Construct {
  readonly bucket: LockedBucket;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.bucket = new LockedBucket(this, 'Bucket', settings);
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EvidenceIsWrittenOnce',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: writtenOnce.map((prefix) => this.bucket.arnForObjects(`${prefix}/*`)),
        conditions: { Null: { 's3:if-none-match': 'true' } },
      }),
    );
  }

  /** Writes events, and reads one back where its key is taken, to tell a repeat from a forgery. */
  grantShip(to: CurfewFunction): void {
    this.#grantCreate(to, 'events');
  }

  /** The same of the log's own objects. */
  grantSeal(to: CurfewFunction): void {
    this.#grantCreate(to, 'leaves', 'checkpoints');
  }

  #grantCreate(to: CurfewFunction, ...prefixes: (typeof writtenOnce)[number][]): void {
    to.knows('CURFEW_AUDIT_BUCKET', this.bucket.bucketName);
    to.may(
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:GetObject'],
        resources: prefixes.map((prefix) => this.bucket.arnForObjects(`${prefix}/*`)),
      }),
      'One object per event or checkpoint: their keys are not known beforehand, their prefix is.',
    );
  }
}
