/** From the event bus to one of those who are told: a queue of their own, so that one who is down delays nobody else. */
import { Duration } from 'aws-cdk-lib';
import { EventField, type EventPattern, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { mostTries } from '#domain/hand-on.ts';
import type { CurfewFunction } from './curfew-function.ts';

export interface OutletProps {
  bus: IEventBus;
  pattern: EventPattern;
  /** Name in the catalog: stands in each message. */
  to: string;
  by: CurfewFunction;
  /** Where what was tried often enough is put aside. */
  aside: Queue;
}

export class Outlet extends Construct {
  constructor(scope: Construct, id: string, { bus, pattern, to, by, aside }: OutletProps) {
    super(scope, id);
    const queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Six times the function's own time-out, as AWS asks for: so long a message is away whose function died.
      visibilityTimeout: Duration.minutes(6),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: aside, maxReceiveCount: mostTries },
    });
    new Rule(this, 'Rule', {
      eventBus: bus,
      eventPattern: pattern,
      targets: [
        new SqsQueue(queue, {
          message: RuleTargetInput.fromObject({ to, told: EventField.fromPath('$.detail') }),
          deadLetterQueue: aside,
        }),
      ],
    });
    by.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        // The least that there is: one who answers slowly takes no more of the account's functions.
        maxConcurrency: 2,
      }),
    );
    by.may(new PolicyStatement({ actions: ['sqs:ChangeMessageVisibility'], resources: [queue.queueArn] }));
  }
}
