/** What wakes SweepGrants: each minute, and each execution that ended badly. */
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { CurfewFunction } from './curfew-function.ts';
import type { Lifecycle } from './lifecycle.ts';

export interface SweepProps {
  sweeper: CurfewFunction;
  lifecycle: Lifecycle;
}

export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { sweeper, lifecycle }: SweepProps) {
    super(scope, id);
    // A lost event is made good by the next minute: it is not kept for long.
    const target = new LambdaFunction(sweeper.function, {
      retryAttempts: 2,
      maxEventAge: Duration.minutes(2),
    });
    new Rule(this, 'EachMinute', {
      description: 'Curfew: drives on whatever is overdue',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [target],
    });
    new Rule(this, 'EndedBadly', {
      description: 'Curfew: drives on what a failed execution left',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [lifecycle.arn], status: ['FAILED', 'ABORTED', 'TIMED_OUT'] },
      },
      targets: [target],
    });
  }
}
