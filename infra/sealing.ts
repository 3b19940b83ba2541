/** What SealLog works with: the key of the log's checkpoints, its schedule, and where else checkpoints go. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

export class Sealing extends Construct {
  readonly key: Key;

  constructor(
    scope: Construct,
    id: string,
    { settings, sealer }: { settings: Settings; sealer: CurfewFunction },
  ) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Curfew (${settings.deployment}): signs checkpoints of the log`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      // What was signed is verified with the pinned public key, also when this one is gone; a log goes on with its own.
      removalPolicy: settings.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(30),
    });
    sealer.knows('CURFEW_LOG_KEY_ID', this.key.keyId);
    sealer.may(
      new PolicyStatement({ actions: ['kms:GetPublicKey', 'kms:Sign'], resources: [this.key.keyArn] }),
    );
    this.#sendOutside(sealer, settings.checkpointBucket);
    // A lost event is made good by the next minute: it is not kept for long.
    const target = new LambdaFunction(sealer.function, {
      retryAttempts: 0,
      maxEventAge: Duration.minutes(2),
    });
    new Rule(this, 'EachMinute', {
      description: 'Curfew: seals the log of audit events',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [target],
    });
  }

  #sendOutside(sealer: CurfewFunction, name: string | undefined): void {
    sealer.knows('CURFEW_OUTSIDE_BUCKET', name ?? 'none');
    if (name === undefined) return;
    const bucket = Bucket.fromBucketName(this, 'Outside', name);
    sealer.may(
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:GetObject'],
        resources: [bucket.arnForObjects('checkpoints/*')],
      }),
      'One object per checkpoint: their keys are not known beforehand, their prefix is.',
    );
  }
}
