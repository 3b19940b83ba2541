/** An emulator with what the probes need in it: a few functions with inline code, a table, a bucket, and a way to run state machines. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { account, type Emulator, region, rootKeys } from '#local/emulator/emulator.ts';

export const roleArn = `arn:aws:iam::${account}:role/probe`;

/** What the inline functions do is told by `how` in their event. */
const code = `
class Named extends Error { constructor(name) { super('as told'); this.name = name; } }
exports.handler = async (event) => {
  if (event.how === 'throw') throw new Named('Refused');
  if (event.how === 'crash') process.exit(3);
  if (event.how === 'sleep') await new Promise((done) => setTimeout(done, event.milliseconds));
  if (event.how === 'connect') {
    await new Promise((done) => require('node:https').get(event.url, done).on('error', done));
  }
  if (event.how === 'keys') {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    return { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN };
  }
  if (event.how === 'tell') await fetch(event.url, { method: 'POST', body: JSON.stringify(event.what) });
  return { pid: process.pid, address: process.env.ADDRESS, eks: process.env.AWS_ENDPOINT_URL_EKS };
};`;

export class ProbedCloud {
  readonly emulator: Emulator;
  readonly cloudFormation: CloudFormationClient;
  readonly functions: LambdaClient;
  readonly states: SFNClient;
  readonly database: DynamoDBClient;
  readonly storage: S3Client;
  readonly iam: IAMClient;
  #machines = 0;

  constructor(emulator: Emulator) {
    this.emulator = emulator;
    const client = { endpoint: emulator.url, region, credentials: rootKeys, maxAttempts: 1 };
    this.cloudFormation = new CloudFormationClient(client);
    this.functions = new LambdaClient(client);
    this.states = new SFNClient(client);
    this.database = new DynamoDBClient(client);
    this.storage = new S3Client({ ...client, forcePathStyle: true });
    this.iam = new IAMClient(client);
  }

  async prepare(): Promise<void> {
    const role = {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'probe',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
            },
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${account}:root` } },
          ],
        },
        Policies: [
          {
            PolicyName: 'all',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
            },
          },
        ],
      },
    };
    const inlineFunction = (name: string, more: object = {}) => ({
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 20,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: code },
        ...more,
      },
    });
    await this.deploy('Probe', {
      Role: role,
      Obedient: inlineFunction('obedient', {
        Environment: { Variables: { ADDRESS: 'at http://curfew.invalid/here' } },
      }),
      Crowded: inlineFunction('crowded'),
      Shut: inlineFunction('shut'),
      Closed: inlineFunction('closed', { ReservedConcurrentExecutions: 0 }),
      Tokens: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'tokens',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        },
      },
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'probe' } },
      Method: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: { Ref: 'Api' },
          ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
          HttpMethod: 'GET',
          AuthorizationType: 'NONE',
          Integration: { Type: 'MOCK' },
        },
      },
      Deployment: {
        Type: 'AWS::ApiGateway::Deployment',
        DependsOn: 'Method',
        Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
      },
    });
  }

  /** Deploys a stack of these resources: its last status, and the reason if there is one. */
  async deploy(name: string, resources: object): Promise<{ status: string; reason: string }> {
    await this.cloudFormation.send(
      new CreateStackCommand({
        StackName: name,
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        TemplateBody: JSON.stringify({ Resources: resources }),
      }),
    );
    for (;;) {
      const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
      const status = Stacks?.[0]?.StackStatus ?? '';
      if (!status.endsWith('IN_PROGRESS')) return { status, reason: Stacks?.[0]?.StackStatusReason ?? '' };
      await pause(100);
    }
  }

  /** Calls a function and returns what it answered, or the error object that it failed with. */
  async call(FunctionName: string, event: object): Promise<Record<string, unknown>> {
    const { Payload } = await this.functions.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Payload?.transformToString() || '{}') ?? {};
  }

  /** Starts an execution of a new state machine: its ARN. */
  async start(definition: object, input: object = {}): Promise<string> {
    return this.startMachine(await this.machine(definition), input);
  }

  async startMachine(stateMachineArn: string, input: object = {}): Promise<string> {
    const { executionArn = '' } = await this.states.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    return executionArn;
  }

  async machine(definition: object): Promise<string> {
    const name = `machine-${this.#machines++}`;
    const { stateMachineArn = '' } = await this.states.send(
      new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
    );
    return stateMachineArn;
  }

  describe(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return this.states.send(new DescribeExecutionCommand({ executionArn }));
  }

  /** Waits until the execution is over, at most `withinMs`, and describes it as it is then. */
  async outcome(executionArn: string, withinMs = 20_000): Promise<DescribeExecutionCommandOutput> {
    const end = Date.now() + withinMs;
    for (;;) {
      const description = await this.describe(executionArn);
      if (description.status !== 'RUNNING' || Date.now() > end) return description;
      await pause(50);
    }
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const { events } = await this.states.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    return events ?? [];
  }

  /** The task tokens that executions with `storeToken` put into the table under keys that begin with `prefix`; waits for `count`. */
  async tokens(prefix: string, count = 1): Promise<string[]> {
    for (;;) {
      const { Items } = await this.database.send(
        new ScanCommand({ TableName: 'tokens', ConsistentRead: true }),
      );
      const found = (Items ?? [])
        .filter(({ pk }) => pk?.S?.startsWith(prefix))
        .map(({ token }) => token?.S ?? '');
      if (found.length >= count) return found;
      await pause(50);
    }
  }
}

/** A callback task that puts its token into the table, under `key` and the number of the attempt. */
export function storeToken(key: string, more: object = {}): object {
  return {
    Type: 'Task',
    QueryLanguage: 'JSONata',
    Resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken',
    Arguments: {
      TableName: 'tokens',
      Item: {
        pk: { S: `{% '${key}' & $string($states.context.State.RetryCount) %}` },
        token: { S: '{% $states.context.Task.Token %}' },
      },
    },
    End: true,
    ...more,
  };
}

/** A task that calls the obedient function with `event`. */
export function obedient(event: object, more: object = {}): object {
  return {
    Type: 'Task',
    QueryLanguage: 'JSONata',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'obedient', Payload: event },
    End: true,
    ...more,
  };
}

/** A state machine of one state. */
export function only(state: object, more: object = {}): object {
  return { StartAt: 'Only', States: { Only: state }, ...more };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
