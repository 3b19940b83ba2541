/** The table's stream to ShipEvents: each new audit event goes to the locked bucket within seconds. */
import { Duration } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CurfewFunction } from './curfew-function.ts';
import { deadLetters } from './dead-letters.ts';
import { streamEvents } from './event-stream.ts';
import type { Records } from './records.ts';

export class Shipping extends Construct {
  /** Batches that could not be shipped; SweepGrants ships their events all the same. */
  readonly unshipped: Queue;

  constructor(
    scope: Construct,
    id: string,
    { records, shipper }: { records: Records; shipper: CurfewFunction },
  ) {
    super(scope, id);
    this.unshipped = deadLetters(this, 'Unshipped');
    streamEvents({
      records,
      to: shipper,
      lost: this.unshipped,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(1),
    });
  }
}
