/** Probes of the mends that concern CloudFormation. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { GetFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetObjectLockConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { errorOf, type Probe } from './probe.ts';

export const stackProbes: Probe[] = [
  {
    mend: 'cloudformation_object_lock',
    title: 'a bucket declared with Object Lock keeps its versions',
    mended: { rule: { Mode: 'COMPLIANCE', Days: 1 }, deletion: 'AccessDenied' },
    stock: { rule: 'ObjectLockConfigurationNotFoundError', deletion: 'none' },
    see: async (cloud) => {
      const Bucket = 'locked-by-template';
      const rule = { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } };
      await cloud.deploy('Locked', {
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            BucketName: Bucket,
            ObjectLockEnabled: true,
            ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: rule },
            VersioningConfiguration: { Status: 'Enabled' },
          },
        },
      });
      const { VersionId } = await cloud.storage.send(
        new PutObjectCommand({ Bucket, Key: 'event', Body: 'x' }),
      );
      const found = await cloud.storage.send(new GetObjectLockConfigurationCommand({ Bucket })).then(
        (answer) => answer.ObjectLockConfiguration?.Rule?.DefaultRetention,
        (error: Error) => error.name,
      );
      return {
        rule: found,
        deletion: await errorOf(
          cloud.storage.send(new DeleteObjectCommand({ Bucket, Key: 'event', VersionId })),
        ),
      };
    },
  },
  ...(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'] as const).map((type): Probe => {
    const global = type.endsWith('GlobalTable');
    const TableName = global ? 'global-settings' : 'table-settings';
    const own = {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    };
    return {
      mend: 'cloudformation_table_settings',
      title: `an ${type} has its time to live, recovery and deletion protection`,
      mended: ['ENABLED', 'ENABLED', true],
      stock: ['DISABLED', 'DISABLED', !global],
      see: async (cloud) => {
        await cloud.deploy(TableName, {
          Table: {
            Type: type,
            Properties: {
              TableName,
              BillingMode: 'PAY_PER_REQUEST',
              KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
              AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
              TimeToLiveSpecification: { AttributeName: 'rubbishAt', Enabled: true },
              ...(global ? { Replicas: [{ Region: 'us-east-1', ...own }] } : own),
            },
          },
        });
        const expiry = await cloud.database.send(new DescribeTimeToLiveCommand({ TableName }));
        const backups = await cloud.database.send(new DescribeContinuousBackupsCommand({ TableName }));
        const { Table } = await cloud.database.send(new DescribeTableCommand({ TableName }));
        return [
          expiry.TimeToLiveDescription?.TimeToLiveStatus,
          backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
          Table?.DeletionProtectionEnabled,
        ];
      },
    };
  }),
  {
    mend: 'cloudformation_trail',
    title: 'a stack with a trail can be deployed',
    mended: 'CREATE_COMPLETE',
    stock: 'refused: ValidationError',
    see: async (cloud) => {
      const resources = {
        Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'trail-files' } },
        Trail: {
          Type: 'AWS::CloudTrail::Trail',
          Properties: { S3BucketName: { Ref: 'Files' }, IsLogging: true, EnableLogFileValidation: true },
        },
      };
      return cloud.deploy('Trail', resources).then(
        ({ status }) => status,
        (error: Error) => `refused: ${error.name}`,
      );
    },
  },
  {
    mend: 'cloudformation_reserved_concurrency',
    title: 'a function declared with reserved concurrency has it',
    mended: 0,
    stock: undefined,
    see: async (cloud) => {
      const { ReservedConcurrentExecutions } = await cloud.functions.send(
        new GetFunctionConcurrencyCommand({ FunctionName: 'closed' }),
      );
      return ReservedConcurrentExecutions;
    },
  },
];
