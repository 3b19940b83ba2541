/** Who is told what happens, besides those who listen on the event bus: receivers and ticket systems of the catalog, and a topic for chat. */
import { Duration, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { detailTypes, eventSource } from '#adapters/bus-events.ts';
import { announcedTypes } from '#domain/announced-types.ts';
import type { Catalog } from '#domain/catalog.ts';
import { commentedTypes } from '#domain/ticket-comment.ts';
import type { Announcing } from './announcing.ts';
import type { CurfewFunction } from './curfew-function.ts';
import { deadLetters } from './dead-letters.ts';
import { Outlet } from './outlet.ts';

const source = [eventSource];
const announcements = [detailTypes.request, detailTypes.killSwitch];

/** Names of the catalog's ticket systems whose tickets get comments. */
export const commentedSources = ({ ticketing }: Pick<Catalog, 'ticketing'>): string[] =>
  Object.entries(ticketing.sources).flatMap(([name, { comments }]) => (comments ? [name] : []));

export class Outgoing extends Construct {
  readonly #announcing: Announcing;

  constructor(scope: Construct, id: string, announcing: Announcing) {
    super(scope, id);
    this.#announcing = announcing;
  }

  /** Returns the queue of what could not be sent for hours. */
  sendTo(receivers: Catalog['receivers'], by: CurfewFunction): Queue {
    const aside = deadLetters(this, 'Unsent');
    for (const [to, { events }] of Object.entries(receivers)) {
      const detail = { type: [...(events ?? announcedTypes)] };
      const pattern = { source, detailType: announcements, detail };
      new Outlet(this, `Receiver-${to}`, { bus: this.#announcing.events, pattern, to, by, aside });
    }
    return aside;
  }

  /** Returns the queue of what could not be written for hours. */
  commentTo(sources: readonly string[], by: CurfewFunction): Queue {
    const aside = deadLetters(this, 'Unwritten');
    for (const to of sources) {
      const detail = { ticketSources: [to], type: [...commentedTypes] };
      const pattern = { source, detailType: [detailTypes.request, detailTypes.ticketReply], detail };
      new Outlet(this, `Tickets-${to}`, { bus: this.#announcing.events, pattern, to, by, aside });
    }
    return aside;
  }

  /** In the form that Amazon Q Developer shows in Slack, Teams and Chime: one thread for each request. */
  chatTopic(): Topic {
    const key = new Key(this, 'ChatKey', {
      description: 'Curfew: encrypts what the chat topic holds',
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
    });
    const rule = `arn:${Stack.of(this).partition}:events:${Stack.of(this).region}:${Stack.of(this).account}:rule/${this.#announcing.bus.eventBusName}/*`;
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { ArnLike: { 'aws:SourceArn': rule } },
      }),
    );
    const topic = new Topic(this, 'Chat', { enforceSSL: true, masterKey: key, displayName: 'Curfew' });
    const field = (path: string) => EventField.fromPath(path);
    const text = field('$.detail.text');
    for (const [name, thread] of [
      ['Request', '$.detail.request.id'],
      ['KillSwitch', '$.detail.killSwitch.id'],
    ] as const)
      new Rule(this, `ChatOf${name}`, {
        eventBus: this.#announcing.events,
        eventPattern: {
          source,
          detailType: [name === 'Request' ? detailTypes.request : detailTypes.killSwitch],
        },
        targets: [
          new SnsTopic(topic, {
            message: RuleTargetInput.fromObject({
              version: '1.0',
              source: 'custom',
              id: field('$.detail.id'),
              content: { textType: 'client-markdown', title: field('$.detail.type'), description: text },
              metadata: { threadId: field(thread), summary: text },
            }),
          }),
        ],
      });
    return topic;
  }
}
