/** AuditSink: the memory twin and S3 with Object Lock do the same. */
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { MemoryAuditSink } from '#adapters/memory/audit-sink.ts';
import { s3AuditSink } from '#adapters/s3-audit-sink.ts';
import { Unavailable } from '#domain/errors.ts';
import { aRecord } from '../builders/request.ts';
import { auditSinkContract, type SinkUnderTest } from './audit-sink.ts';
import { localCloud, region } from './local-cloud.ts';

describe('AuditSink in memory', () => {
  auditSinkContract(async () => {
    const sink = new MemoryAuditSink();
    return { sink, kept: async () => sink.objects };
  });
});

describe('AuditSink in S3', () => {
  localCloud();
  const s3 = () => new S3Client({ region });
  let made = 0;

  async function lockedBucket(): Promise<SinkUnderTest & { bucket: string }> {
    made += 1;
    const Bucket = `audit-${made}`;
    await s3().send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await s3().send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
        },
      }),
    );
    const kept = async () => {
      const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket }));
      const texts = Contents.map(async ({ Key = '' }) => {
        const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key }));
        return [Key, (await Body?.transformToString('utf8')) ?? ''] as const;
      });
      return new Map(await Promise.all(texts));
    };
    return { bucket: Bucket, sink: s3AuditSink('granting', region, Bucket), kept };
  }

  auditSinkContract(lockedBucket);

  it('leaves every event locked', async () => {
    const { bucket, sink, kept } = await lockedBucket();
    for (const event of aRecord({ status: 'active' }).events) await sink.put(event);
    for (const Key of (await kept()).keys()) {
      const head = await s3().send(new HeadObjectCommand({ Bucket: bucket, Key }));
      expect(head.ObjectLockMode).toBe('GOVERNANCE');
    }
  });

  it('says Unavailable, and no more, when the bucket is not there', async () => {
    const [event] = aRecord().events;
    if (!event) throw new Error('A record has at least one event.');
    await expect(s3AuditSink('granting', region, 'not-there').put(event)).rejects.toBeInstanceOf(Unavailable);
  });
});
