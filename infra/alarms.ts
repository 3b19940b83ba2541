/** What wakes a person: each alarm says what happened and where the runbook goes on. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Announcing } from './announcing.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';
import type { Shipping } from './shipping.ts';
import type { UsageTracing } from './usage-tracing.ts';

/** Queues of what could not be handed on; each where there is somebody to hand it to. */
export interface Asides {
  unsent?: Queue;
  unwritten?: Queue;
}

export interface AlarmsProps {
  settings: Settings;
  lifecycle: StateMachine;
  sweeper: CurfewFunction;
  clusterSweeper: CurfewFunction;
  shipper: CurfewFunction;
  shipping: Shipping;
  announcer: CurfewFunction;
  announcing: Announcing;
  tracing: UsageTracing;
  aside: Asides;
}

const minutes = (n: number) => ({ period: Duration.minutes(n), statistic: 'Sum' });

export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const {
      settings,
      lifecycle,
      sweeper,
      clusterSweeper,
      shipper,
      shipping,
      announcer,
      announcing,
      tracing,
      aside,
    } = props;
    this.topic = new Topic(this, 'Topic', {
      enforceSSL: true,
      displayName: `Curfew (${settings.deployment})`,
    });
    if (settings.alarmEmail) this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    const ours = (metricName: string, statistic = 'Sum') =>
      new Metric({
        namespace: 'Curfew',
        metricName,
        // The dimension that the metrics library gives each metric.
        dimensionsMap: { service: settings.deployment },
        period: Duration.minutes(5),
        statistic,
      });

    this.#alarm(
      'RevocationFailed',
      ours('RevocationFailed'),
      'Access that is over could not be proven gone.',
    );
    this.#alarm('Stuck', ours('Stuck', 'Maximum'), 'Access stands more than a minute past its end.');
    this.#alarm(
      'KillUnfinished',
      ours('KillUnfinished', 'Maximum'),
      'A kill order is not done five minutes after it was given.',
    );
    this.#alarm(
      'RevokeLate',
      ours('RevokeLateness', 'Maximum'),
      'Access was proven gone more than ten seconds after its end.',
      {
        threshold: Duration.seconds(10).toMilliseconds(),
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      },
    );
    this.#alarm(
      'OrphanRemoved',
      ours('OrphanRemoved'),
      'Something with our mark stood that nobody had asked for.',
    );
    this.#alarm('DriftFound', ours('DriftFound'), 'Something that Curfew made was changed by somebody else.');
    this.#alarm(
      'PolicyFailed',
      ours('PolicyFailed'),
      "The organisation's policy could not judge a request, which was refused.",
    );
    this.#alarm(
      'AfterReviewOverdue',
      ours('AfterReviewOverdue'),
      'A use of break-glass has not been reviewed in time.',
    );
    this.#alarm(
      'WebhookRefused',
      ours('WebhookRefused'),
      'Many deliveries of webhooks could not prove who sent them.',
      { threshold: 20 },
    );
    this.#alarm(
      'WebhookFailed',
      ours('WebhookFailed'),
      'What a ticket system told could not be taken: access of a closed ticket may stand.',
    );
    this.#alarm(
      'TicketUnreachable',
      ours('TicketUnreachable'),
      'Tickets could not be looked at, and what needs it was refused.',
      { threshold: 3 },
    );
    this.#alarm('UsageFlagged', ours('UsageFlagged'), 'Access was used in a way that is out of the usual.');
    this.#alarm('ResidualFound', ours('ResidualFound'), 'Something may outlive access that is over.');
    this.#alarm('RbacByHand', ours('RbacByHand'), 'Somebody changed RBAC on a cluster beside Curfew.');
    this.#alarm(
      'UsageUnknown',
      ours('UsageUnknown'),
      'Somebody got in through Curfew, and was allowed something, without a grant that is known.',
    );
    this.#alarm('UsageUnreadable', ours('UsageUnreadable'), 'Lines of an audit log could not be read.');
    this.#alarm(
      'UsageLost',
      tracing.lost.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
      "A delivery of a cluster's audit log could not be taken.",
    );
    const endedBadly = {
      ExecutionFailed: lifecycle.metricFailed(minutes(5)),
      ExecutionAborted: lifecycle.metricAborted(minutes(5)),
      ExecutionTimedOut: lifecycle.metricTimedOut(minutes(5)),
    };
    for (const [name, metric] of Object.entries(endedBadly)) {
      this.#alarm(name, metric, 'A lifecycle ended badly; the sweep has taken over.');
    }
    this.#alarm('SweepFailing', sweeper.function.metricErrors(minutes(5)), 'SweepGrants itself fails.', {
      threshold: 3,
    });
    this.#alarm(
      'SweepSilent',
      sweeper.function.metricInvocations(minutes(5)),
      'SweepGrants has not run for minutes.',
      {
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
        evaluationPeriods: 2,
      },
    );
    this.#alarm(
      'ClusterSweepFailing',
      clusterSweeper.function.metricErrors(minutes(5)),
      'Sweeps of a cluster fail, or parts of them.',
      { evaluationPeriods: 3 },
    );
    this.#alarm(
      'ClusterSweepSilent',
      clusterSweeper.function.metricInvocations(minutes(5)),
      'No cluster was looked at for a quarter of an hour.',
      {
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
        evaluationPeriods: 3,
      },
    );
    const iteratorAge = (of: CurfewFunction) =>
      of.function.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(5) });
    this.#alarm(
      'EvidenceLate',
      iteratorAge(shipper),
      'Audit events have waited for minutes to reach the locked bucket.',
      {
        threshold: Duration.minutes(5).toMilliseconds(),
      },
    );
    this.#alarm(
      'LogSilent',
      ours('CheckpointMade').with({ period: Duration.hours(1) }),
      'The log has not been sealed for two hours.',
      {
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
        evaluationPeriods: 2,
      },
    );
    this.#alarm(
      'EvidenceBroken',
      ours('EvidenceBroken'),
      "A request's audit events do not follow one another: somebody has changed the table.",
    );
    this.#alarm(
      'CheckpointNotSent',
      ours('CheckpointNotSent'),
      'Checkpoints of the log do not reach the bucket outside the account.',
    );
    const waiting = shipping.unshipped.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(5),
    });
    this.#alarm(
      'EvidenceNotShipped',
      waiting,
      'A batch of audit events could not be shipped from the stream.',
    );
    this.#alarm(
      'AnnouncementsLate',
      iteratorAge(announcer),
      'What happens is told to the event bus minutes late, or not at all yet.',
      { threshold: Duration.minutes(10).toMilliseconds() },
    );
    this.#alarm(
      'AnnouncementLost',
      ours('AnnouncementLost'),
      'Something that happened can not be told to the event bus, and was left out.',
    );
    this.#alarm(
      'AnnouncementsUntold',
      announcing.untold.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
      'What happened could not be told to the event bus for a day, and will not be.',
    );

    const left = (queue: Queue) =>
      queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) });
    if (aside.unsent)
      this.#alarm('WebhooksUnsent', left(aside.unsent), 'A receiver could not be told something for hours.');
    if (aside.unwritten)
      this.#alarm(
        'CommentsUnwritten',
        left(aside.unwritten),
        'A comment could not be written into a ticket for hours.',
      );

    new Dashboard(this, 'Dashboard', {
      dashboardName: `${settings.deployment}-curfew`,
      widgets: [
        [
          new TextWidget({
            markdown: '# Curfew\nWhat each alarm asks for: docs/runbook.md',
            width: 24,
            height: 2,
          }),
        ],
        [
          graph(
            'Requests in their lifecycle',
            lifecycle.metricStarted(minutes(5)),
            lifecycle.metricSucceeded(minutes(5)),
          ),
          graph('Ended badly', ...Object.values(endedBadly), ours('RevocationFailed'), ours('SweepRepaired')),
          graph('From opening to access (ms)', ours('OpenToBound', 'p50'), ours('OpenToBound', 'p99')),
          graph(
            'Lateness of revoking (ms)',
            ours('RevokeLateness', 'p50'),
            ours('RevokeLateness', 'p99'),
            ours('RevokeLateness', 'Maximum'),
          ),
        ],
        [
          graph(
            'Stuck past its end, kills unfinished',
            ours('Stuck', 'Maximum'),
            ours('KillUnfinished', 'Maximum'),
          ),
          graph('Found on clusters', ours('OrphanRemoved'), ours('DriftFound')),
          graph(
            'Sweeps',
            sweeper.function.metricInvocations(minutes(5)),
            clusterSweeper.function.metricInvocations(minutes(5)),
            ours('ClusterSwept'),
          ),
          graph(
            'Sweeps that failed',
            sweeper.function.metricErrors(minutes(5)),
            clusterSweeper.function.metricErrors(minutes(5)),
          ),
        ],
      ],
    });
  }

  /** `name` in kebab-case is the section of the runbook. */
  #alarm(
    name: string,
    metric: IMetric,
    what: string,
    options: Partial<ConstructorParameters<typeof Alarm>[2]> = {},
  ) {
    const section = name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    const alarm = new Alarm(this, name, {
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...options,
      alarmDescription: `${what} See docs/runbook.md#${section}`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}

function graph(title: string, ...left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 6, height: 6 });
}
