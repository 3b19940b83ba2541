/** New audit events, as the table's stream hands them to a function: each in order within its request. */
import type { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { eventSortKeyPrefix } from '#adapters/table.ts';
import { acknowledge } from './acknowledge.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Records } from './records.ts';

export interface Streamed {
  records: Records;
  to: CurfewFunction;
  /** Where the names of batches go that were tried often, or long, enough. */
  lost: Queue;
  retryAttempts: number;
  maxRecordAge: Duration;
}

export function streamEvents({ records, to, lost, retryAttempts, maxRecordAge }: Streamed): void {
  to.function.addEventSource(
    new DynamoEventSource(records.table as ITable, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts,
      maxRecordAge,
      parallelizationFactor: 2,
      onFailure: new SqsDlq(lost),
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('INSERT'),
          dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(eventSortKeyPrefix) } } },
        }),
      ],
    }),
  );
  acknowledge(
    to.role,
    'IAM5[Resource::*]',
    'dynamodb:ListStreams, which the event source asks for, knows no resource.',
  );
}
