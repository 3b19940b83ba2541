/** The clusters' audit logs to TraceUsage: CloudWatch Logs may call it, for the log groups of the catalog's clusters and no others. */
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Catalog } from '#domain/catalog.ts';
import type { AuditStore } from './audit-store.ts';
import type { CurfewFunction } from './curfew-function.ts';
import { deadLetters } from './dead-letters.ts';

export interface UsageTracingProps {
  catalog: Catalog;
  tracer: CurfewFunction;
  audit: AuditStore;
}

/**
 * The subscription filters themselves are onboarding's: a cluster's log group exists only once its audit log is on, and a
 * stack that names one that doesn't exist can't be deployed.
 */
export class UsageTracing extends Construct {
  /** Deliveries that could not be taken in several tries: Lambda hands them over whole. */
  readonly lost: Queue;

  constructor(scope: Construct, id: string, { catalog, tracer, audit }: UsageTracingProps) {
    super(scope, id);
    this.lost = deadLetters(this, 'Lost');
    tracer.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.lost),
    });
    for (const [name, { eksName = name, region }] of Object.entries(catalog.clusters)) {
      const group = Stack.of(this).formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: `/aws/eks/${eksName}/cluster:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        ...(region === undefined ? {} : { region }),
      });
      tracer.function.addPermission(`Audit-${name}`, {
        principal: new ServicePrincipal('logs.amazonaws.com'),
        sourceArn: group,
        sourceAccount: Stack.of(this).account,
      });
    }
    tracer.knows('CURFEW_AUDIT_BUCKET', audit.bucket.bucketName);
    tracer.may(
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: [audit.bucket.arnForObjects('usage/*')],
      }),
      'Lines of audit logs are named by what they are: their keys are not known beforehand, their prefix is.',
    );
  }
}
