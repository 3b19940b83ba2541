/** The state machine: the reviewed file as it is, with the addresses of its functions put in. */
import { readFileSync } from 'node:fs';
import { ArnFormat, Aws, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

export const definitionFile = new URL('../statemachines/access-lifecycle.asl.json', import.meta.url);

/** The states that call a function of the same name. */
export const taskStates = [
  'AskReviewers',
  'OpenGrant',
  'AwaitClaim',
  'BindRole',
  'DefineRole',
  'HoldGrant',
  'EndGrant',
  'UnbindRole',
  'CloseGrant',
] as const;
export type TaskState = (typeof taskStates)[number];

export class Lifecycle extends Construct {
  /**
   * Known before the state machine exists: the functions that it calls must be able to answer it, which by reference
   * would be a circle. A part of the stack's id tells it from a machine that an earlier stack left behind.
   */
  readonly arn: string;
  readonly #name: string;
  readonly #settings: Settings;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.#settings = settings;
    const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    this.#name = Fn.join('-', [settings.deployment, Fn.select(0, Fn.split('-', stackUuid))]);
    this.arn = Stack.of(this).formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: this.#name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** Puts up the state machine; its role may call exactly these functions. */
  run(functions: Record<TaskState, CurfewFunction>): StateMachine {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'Curfew: what the lifecycle may do',
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: taskStates.map((state) => functions[state].arn),
      }),
    );
    const machine = new StateMachine(this, 'StateMachine', {
      stateMachineName: this.#name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(readFileSync(definitionFile, 'utf8')),
      definitionSubstitutions: Object.fromEntries(
        taskStates.map((state) => [`${state}Arn`, functions[state].arn]),
      ),
      role,
      // Inputs and outputs hold task tokens: they never go to a log.
      logs: {
        destination: new LogGroup(this, 'Log', {
          retention: this.#settings.logDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ERROR,
        includeExecutionData: false,
      },
      removalPolicy: this.#settings.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(
      role,
      'IAM5[Resource::*]',
      'Log delivery of Step Functions is not tied to a resource: these actions know no ARN.',
    );
    acknowledge(machine, 'SF1', 'Only errors are logged, without data: the inputs hold task tokens.');
    acknowledge(machine, 'SF2', 'Every change is an audit event; a trace would cost and tell no more.');
    return machine;
  }

  grantStart(to: CurfewFunction): void {
    this.#knownTo(to);
    to.may(new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.arn] }));
  }

  /** Sees whether an execution still runs. */
  grantDescribe(to: CurfewFunction): void {
    this.#knownTo(to);
    to.may(
      new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [this.#executions] }),
      'Executions are named after requests: not known beforehand.',
    );
  }

  /** Answers a state that waits, by its token. */
  grantAnswer(to: CurfewFunction): void {
    this.#knownTo(to);
    to.may(
      new PolicyStatement({
        actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
        resources: [this.arn],
      }),
    );
  }

  #knownTo(to: CurfewFunction): void {
    to.knows('CURFEW_STATE_MACHINE_ARN', this.arn);
  }

  get #executions(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.#name}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
