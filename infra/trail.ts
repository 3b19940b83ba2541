/** CloudTrail with file validation into a locked bucket of its own; or nothing, where a trail records already. */
import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LockedBucket } from './audit-store.ts';
import type { Settings } from './settings.ts';

export class AccessTrail extends Construct {
  readonly trailArn: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    if (settings.existingTrail) {
      this.trailArn = settings.existingTrail;
      return;
    }
    const trail = new Trail(this, 'Trail', {
      bucket: new LockedBucket(this, 'Files', settings) as IBucket,
      enableFileValidation: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      managementEvents: ReadWriteType.ALL,
    });
    this.trailArn = trail.trailArn;
  }
}
