/** What is known of grants' use: memory and DynamoDB do the same; and the lines themselves, in S3. */
import { gunzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoUsage } from '#adapters/dynamo-usage.ts';
import { MemoryUsage } from '#adapters/memory/usage.ts';
import { MemoryUsageLines } from '#adapters/memory/usage-lines.ts';
import { s3UsageLines } from '#adapters/s3-usage-lines.ts';
import type { UsageLines } from '#ports';
import { lineText } from '../domain/usage/lines.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';
import { usageContract } from './usage.ts';

const cluster = { eksName: 'payments-prod', region };
const lines = [lineText('allowed-list'), lineText('exec-started')];

/** `kept`: the text of each object, by key. */
function linesContract(fresh: () => Promise<{ store: UsageLines; kept(): Promise<Map<string, string>> }>) {
  it('keeps lines once, however often they are put, by cluster and day', async () => {
    const { store, kept } = await fresh();
    for (const some of [lines, lines, lines.slice(1)]) await store.put(cluster, some);
    const objects = await kept();
    expect([...objects.values()].sort()).toEqual([lines.join('\n'), lines[1]].sort());
    for (const key of objects.keys())
      expect(key).toMatch(/^usage\/us-east-1\/payments-prod\/2026-11-21\/[0-9a-f]{64}\.ndjson\.gz$/);
  });
}

describe('UsageStore in memory', () => usageContract(async () => new MemoryUsage()));

describe('UsageLines in memory', () => {
  linesContract(async () => {
    const store = new MemoryUsageLines();
    const kept = async () => new Map([...store.objects].map(([key, some]) => [key, some.join('\n')]));
    return { store, kept };
  });
});

describe('in the cloud', () => {
  localCloud();
  let made = 0;

  describe('UsageStore in DynamoDB', () =>
    usageContract(async () => {
      made += 1;
      await makeTable(`usage-${made}`);
      return new DynamoUsage(documentClient('revoking', region), `usage-${made}`);
    }));

  describe('UsageLines in S3', () =>
    linesContract(async () => {
      const s3 = new S3Client({ region });
      made += 1;
      const Bucket = `usage-lines-${made}`;
      await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
      const text = async (Key: string | undefined) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return gunzipSync((await Body?.transformToByteArray()) ?? Buffer.alloc(0))
          .toString('utf8')
          .trim();
      };
      const kept = async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        return new Map(
          await Promise.all(Contents.map(async ({ Key }) => [Key ?? '', await text(Key)] as const)),
        );
      };
      return { store: s3UsageLines('revoking', region, Bucket), kept };
    }));
});
