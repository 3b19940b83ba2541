/** The table's stream to Announce, and the event bus on which everybody else hears of what happens. */
import { Duration } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CurfewFunction } from './curfew-function.ts';
import { deadLetters } from './dead-letters.ts';
import { streamEvents } from './event-stream.ts';
import type { Records } from './records.ts';
import type { Settings } from './settings.ts';

export class Announcing extends Construct {
  readonly bus: EventBus;
  /** Batches that could not be told for as long as the stream keeps them. */
  readonly untold: Queue;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: `curfew-${settings.deployment}`,
      description: 'Curfew: what becomes of requests and kill switches (docs/events.md)',
    });
    this.untold = deadLetters(this, 'Untold');
  }

  /** As others of the CDK take it. */
  get events(): IEventBus {
    return this.bus as IEventBus;
  }

  /** A day, which is as long as the stream keeps anything: what is told late is better than what is not told. */
  tellFrom(records: Records, announcer: CurfewFunction): void {
    streamEvents({
      records,
      to: announcer,
      lost: this.untold,
      retryAttempts: 10_000,
      maxRecordAge: Duration.hours(24),
    });
  }

  /** Lets a function put events on this bus, and on no other. */
  grantTell(to: CurfewFunction): void {
    to.knows('CURFEW_EVENT_BUS', this.bus.eventBusName);
    to.may(new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }));
  }
}
