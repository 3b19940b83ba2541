/** The table's stream to ShipEvents: each new audit event goes to the locked bucket within seconds. */
import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventSortKeyPrefix } from '#adapters/table.ts';
import { acknowledge } from './acknowledge.ts';
import type { CurfewFunction } from './curfew-function.ts';
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
    this.unshipped = new Queue(this, 'Unshipped', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.unshipped, 'SQS3', 'This is the dead-letter queue itself.');
    shipper.function.addEventSource(
      new DynamoEventSource(records.table as ITable, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        retryAttempts: 10,
        maxRecordAge: Duration.hours(1),
        parallelizationFactor: 2,
        onFailure: new SqsDlq(this.unshipped),
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('INSERT'),
            dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(eventSortKeyPrefix) } } },
          }),
        ],
      }),
    );
    acknowledge(
      shipper.role,
      'IAM5[Resource::*]',
      'dynamodb:ListStreams, which the event source asks for, knows no resource.',
    );
  }
}
