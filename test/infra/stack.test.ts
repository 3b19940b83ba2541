import { readdirSync, readFileSync } from 'node:fs';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { eventSortKeyPrefix, table as layout } from '#adapters/table.ts';
import { entryOf } from '../../infra/curfew-function.ts';
import { taskStates } from '../../infra/lifecycle.ts';
import { functionNamed, ofType, readable, synthesized, withReceivers } from './synthesized.ts';

/** Throws where CloudFormation's own rules for properties are broken. */
const made = synthesized({}, { validated: true });
const { template } = made;
/** With all that the catalog can ask for. */
const whole = synthesized({ catalog: withReceivers(), chatTopic: true });
const functions = ofType(whole, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);

/** Properties of the only resource of a type. */
function only(type: string): Record<string, unknown> {
  const [first, ...others] = ofType(made, type);
  if (!first || others.length > 0) throw new Error(`The template has not exactly one ${type}.`);
  return first[1].Properties;
}

describe('rules of the field', () => {
  const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
  const acknowledged = made.stack.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === key)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]): [string, string] => [id.replace(/^annotation::/i, ''), reason]),
  );
  const findings = () => new AwsSolutionsChecks(made.app).validateScope(made.stack).violations;

  /** cdk-nag looks for acknowledgements under this key: under another it finds none. */
  function ignoringAcknowledgements<T>(look: () => T): T {
    Object.assign(Validations, { ACKNOWLEDGED_RULES_METADATA_KEY: 'none' });
    try {
      return look();
    } finally {
      Object.assign(Validations, { ACKNOWLEDGED_RULES_METADATA_KEY: key });
    }
  }

  it('finds nothing that is not acknowledged with its reason', () => {
    expect(findings().map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
  });

  it('has no acknowledgement that answers no finding', () => {
    const found = new Set(ignoringAcknowledgements(findings).map(({ ruleName }) => ruleName));
    expect(found.size).toBeGreaterThan(5);
    expect(acknowledged.map(([id]) => id).filter((id) => !found.has(id))).toEqual([]);
  });

  it('explains each acknowledgement in a sentence', () => {
    for (const [id, reason] of acknowledged) expect([id, reason.split(' ').length > 5]).toEqual([id, true]);
  });
});

describe('the functions', () => {
  it('have one entry point each, and each entry point has one function', () => {
    const files = readdirSync(new URL('../../functions/', import.meta.url)).map(
      (file) => `functions/${file}`,
    );
    const entries = functions.map(({ Description }) => entryOf(Description.slice('Curfew: '.length)));
    expect(entries.map((entry) => entry.slice(entry.indexOf('functions/'))).sort()).toEqual(files.sort());
    expect(entries.length).toBeGreaterThan(taskStates.length);
  });

  it.each(readdirSync(new URL('../../functions/', import.meta.url)))(
    '%s only wires, in at most 25 lines',
    (file) => {
      const text = readFileSync(new URL(`../../functions/${file}`, import.meta.url), 'utf8');
      expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
      expect(text).not.toMatch(/from '(@aws-sdk|@kubernetes|@smithy)/);
    },
  );

  it('run on arm64 and Node 24, with a log group of their own and no secret in their configuration', () => {
    for (const { Architectures, Runtime, LoggingConfig, Environment } of functions) {
      expect([Architectures, Runtime]).toEqual([['arm64'], 'nodejs24.x']);
      expect(LoggingConfig.LogGroup).toBeDefined();
      expect(Object.keys(Environment.Variables).join()).not.toMatch(/secret|token|password/i);
    }
  });

  it.each(['BindRole', 'DefineRole', 'SurveyCluster', 'UnbindRole'])(
    '%s knows no table, bucket, state machine or other function',
    (name) => {
      const variables = Object.keys(functionNamed(made, name).Properties.Environment.Variables);
      expect(variables.filter((variable) => !/DEPLOYMENT|PLAN_PUBLIC_KEY/.test(variable))).toEqual([]);
    },
  );

  it("are called by nobody but API Gateway, EventBridge, the logs of the catalog's clusters, and roles that may", () => {
    const calls = ofType(made, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    const callers = calls.map(({ Principal }) => Principal);
    expect([...new Set(callers)].sort()).toEqual([
      'apigateway.amazonaws.com',
      'events.amazonaws.com',
      'logs.amazonaws.com',
    ]);
    const logs = calls.filter(({ Principal }) => Principal === 'logs.amazonaws.com');
    expect(logs.map(({ FunctionName, SourceArn }) => [FunctionName, SourceArn].map(readable))).toEqual([
      [
        '<TraceUsageFunction.Arn>',
        'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/eks/payments-prod/cluster:*',
      ],
    ]);
    expect(logs.map(({ SourceAccount }) => readable(SourceAccount))).toEqual(['<AWS::AccountId>']);
  });
});

describe('the records', () => {
  it('are kept, restorable and guarded against deletion', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      }),
    });
  });

  it('have the keys and indexes that the adapter uses', () => {
    const { KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification } = only('AWS::DynamoDB::Table') as {
      KeySchema: { AttributeName: string }[];
      GlobalSecondaryIndexes: {
        IndexName: string;
        KeySchema: { AttributeName: string }[];
        Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
      }[];
      TimeToLiveSpecification: unknown;
    };
    expect(KeySchema.map(({ AttributeName }) => AttributeName)).toEqual([
      layout.partitionKey,
      layout.sortKey,
    ]);
    expect(TimeToLiveSpecification).toEqual({ AttributeName: layout.expiry, Enabled: true });
    expect(
      GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
        name: IndexName,
        partitionKey: KeySchema[0]?.AttributeName,
        sortKey: KeySchema[1]?.AttributeName,
        projection: Projection.ProjectionType,
        ...(Projection.NonKeyAttributes ? { attributes: Projection.NonKeyAttributes } : {}),
      })),
    ).toEqual(Object.values(layout.indexes));
  });

  it.each(['ShipEvents', 'Announce'])('send only new audit events to %s', (name) => {
    const found = ofType(made, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
    const own = found.filter(({ FunctionName }) => FunctionName.Ref.startsWith(`${name}Function`));
    expect(own).toHaveLength(1);
    const { FilterCriteria, ...rest } = own[0] as { FilterCriteria: { Filters: { Pattern: string }[] } };
    expect(FilterCriteria.Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix: eventSortKeyPrefix }] } } } },
    ]);
    expect(rest).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: {} },
    });
  });
});

describe('the evidence', () => {
  it('lies in locked buckets that outlive the stack', () => {
    template.resourceCountIs('AWS::S3::Bucket', 2);
    template.allResources('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        ObjectLockEnabled: true,
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
      }),
    });
  });

  it('can not be deleted, unlocked or overwritten by anyone, administrators included', () => {
    const policy = ofType(made, 'AWS::S3::BucketPolicy')
      .map(([, { Properties }]) => Properties)
      .find(({ Bucket }) => JSON.stringify(Bucket).includes('AuditStore'));
    const statements: { Sid?: string; Effect: string; Principal: unknown }[] =
      policy?.PolicyDocument.Statement ?? [];
    const denied = Object.fromEntries(
      statements
        .filter(
          ({ Effect, Sid, Principal }) => Effect === 'Deny' && Sid && JSON.stringify(Principal).includes('*'),
        )
        .map(({ Sid, ...statement }) => [Sid, readable(statement)]),
    );
    expect(denied).toMatchObject({
      NothingIsDeleted: { Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'] },
      TheLockIsNotBypassed: { Action: 's3:BypassGovernanceRetention' },
      TheLockStays: {
        Action: ['s3:DeleteBucket', 's3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning'],
      },
      EvidenceIsWrittenOnce: {
        Action: 's3:PutObject',
        Resource: ['checkpoints', 'events', 'leaves'].map((prefix) => `<AuditStoreBucket.Arn>/${prefix}/*`),
        Condition: { Null: { 's3:if-none-match': 'true' } },
      },
    });
  });

  it('has a trail with validated files in a bucket of its own', () => {
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      EnableLogFileValidation: true,
      IsMultiRegionTrail: true,
      S3BucketName: { Ref: Match.stringLikeRegexp('^TrailFiles') },
    });
  });
});

describe('the API', () => {
  it('asks for a signature everywhere but on the review pages, and of webhooks, which bring their own', () => {
    const methods = ofType(made, 'AWS::ApiGateway::Method').map(([id, { Properties }]) => [
      id.replace(/^RequestApiRest/, '').replace(/[0-9A-F]{8}$/, ''),
      Properties.AuthorizationType,
    ]);
    expect(Object.fromEntries(methods)).toEqual({
      v1proxyGET: 'AWS_IAM',
      v1proxyPOST: 'AWS_IAM',
      reviewtokenGET: 'NONE',
      reviewtokenPOST: 'NONE',
      passkeytokenGET: 'NONE',
      passkeytokenPOST: 'NONE',
      v1webhookssourcePOST: 'NONE',
    });
  });

  it('never logs a path, which on review pages is the link, nor a body', () => {
    const [stage] = ofType(made, 'AWS::ApiGateway::Stage').map(([, { Properties }]) => Properties);
    const format = String(stage?.AccessLogSetting.Format);
    expect(format).toContain('$context.resourcePath');
    expect(format).not.toMatch(/\$context\.path\b|requestOverride|\$input|querystring|authorizer/i);
    expect(stage?.MethodSettings).toEqual([
      expect.objectContaining({ DataTraceEnabled: false, LoggingLevel: 'OFF', ThrottlingRateLimit: 50 }),
      // Apart, so that a flood of webhooks leaves the rest of the API alone.
      expect.objectContaining({
        ResourcePath: '/~1v1~1webhooks~1{source}',
        DataTraceEnabled: false,
        LoggingLevel: 'OFF',
        ThrottlingRateLimit: 20,
      }),
    ]);
  });
});

describe('waking', () => {
  it('sweeps each minute, and whenever an execution of ours ends badly', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'ABORTED', 'TIMED_OUT'] },
      },
    });
  });

  it('calls a person with the section of the runbook that says what to do', () => {
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const sections = [...runbook.matchAll(/^## (\S+)$/gm)].map(([, name]) => name).sort();
    const linked = ofType(whole, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => /docs\/runbook\.md#(\S+)$/.exec(Properties.AlarmDescription)?.[1],
    );
    expect(linked.sort()).toEqual(sections);
  });
});

describe('taking it down', () => {
  it('asks the guard first: everything else waits for its leave', () => {
    const [[, guard] = []] = ofType(made, 'Custom::CurfewRemovalGuard');
    const waiting = new Set((guard as { DependsOn?: string[] } | undefined)?.DependsOn);
    const others = Object.entries(made.resources)
      .filter(([id]) => !id.startsWith('RemovalGuard'))
      .map(([id]) => id);
    expect(others.filter((id) => !waiting.has(id))).toEqual([]);
  });
});

describe('what others need of the stack', () => {
  it('is in its outputs, one of each', () => {
    expect(Object.keys(template.toJSON().Outputs).sort()).toEqual([
      'ApiUrl',
      'AuditBucket',
      'BindRoleRoleArn',
      'DefineRoleRoleArn',
      'Deployment',
      'EventBusName',
      'LogKeyArn',
      'OrganisationPolicy',
      'StateMachineArn',
      'SurveyClusterRoleArn',
      'TableName',
      'TraceUsageFunctionArn',
      'TrailArn',
      'UnbindRoleRoleArn',
    ]);
  });
});
