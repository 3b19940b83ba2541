/** The key that OpenGrant signs plans with, and its public half, published once so that BindRole verifies offline. */
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

export class PlanKey extends Construct {
  readonly key: Key;
  readonly publicKey: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Curfew (${settings.deployment}): signs what is bound on clusters`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      // Plans live for seconds: a key that is gone loses nothing but the means to grant.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    const publisher = new CurfewFunction(this, 'PublishPlanKey', { settings, timeout: 30, memory: 256 });
    publisher.may(new PolicyStatement({ actions: ['kms:GetPublicKey'], resources: [this.key.keyArn] }));
    const published = new CustomResource(this, 'Published', {
      serviceToken: publisher.arn,
      resourceType: 'Custom::CurfewPlanKey',
      properties: { keyId: this.key.keyId },
    });
    this.publicKey = published.getAttString('PublicKey');
  }

  grantSign(to: CurfewFunction): void {
    to.knows('CURFEW_PLAN_KEY_ID', this.key.keyId);
    to.may(new PolicyStatement({ actions: ['kms:Sign'], resources: [this.key.keyArn] }));
  }

  /** No permission: the public key goes along in the function's configuration. */
  publishTo(to: CurfewFunction): void {
    to.knows('CURFEW_PLAN_PUBLIC_KEY', this.publicKey);
  }
}
