/** AuditLog: the memory twin and DynamoDB do the same; and the real parts together seal a log that verifies. */

import { CreateKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { checkpointKeys } from '#adapters/checkpoint-keys.ts';
import { documentClient } from '#adapters/documents.ts';
import { DynamoAuditLog } from '#adapters/dynamo-audit-log.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { kmsCheckpointSigner } from '#adapters/kms-checkpoint-signer.ts';
import { MemoryAuditLog } from '#adapters/memory/audit-log.ts';
import { MemoryMetrics } from '#adapters/memory/metrics.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { s3AuditSink } from '#adapters/s3-audit-sink.ts';
import { systemClock } from '#adapters/system.ts';
import { verifyLog } from '#domain/audit-log/verify-log.ts';
import { Unavailable } from '#domain/errors.ts';
import { sealLog } from '#operations/seal-log.ts';
import { shipEvents } from '#operations/ship-events.ts';
import { sourceOf } from '../builders/audit-log.ts';
import { aRecord } from '../builders/request.ts';
import { aPendingState, auditLogContract } from './audit-log.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';

describe('AuditLog in memory', () => {
  auditLogContract(async () => {
    const records = new MemoryRecords();
    return { records, log: new MemoryAuditLog(records) };
  });
});

describe('AuditLog in DynamoDB', () => {
  localCloud();
  let made = 0;
  const fresh = async () => {
    const name = `log-${++made}`;
    await makeTable(name);
    const documents = documentClient('revoking', region);
    return { records: new DynamoRecords(documents, name), log: new DynamoAuditLog(documents, name) };
  };
  auditLogContract(fresh);

  it('holds a seal of as many leaves as one may have', async () => {
    const { log } = await fresh();
    const { pending, ...state } = aPendingState(1);
    const leaves = new Array(1000).fill(pending?.leaves[0]);
    const objects = [{ key: 'leaves/000000000001.json', text: JSON.stringify(leaves) }];
    if (pending) await log.save({ ...state, pending: { ...pending, leaves, objects } });
    expect((await log.read()).pending?.leaves).toHaveLength(1000);
  });

  it('says Unavailable when there is no such table or key', async () => {
    const log = new DynamoAuditLog(documentClient('revoking', region), 'not-there');
    await expect(log.read()).rejects.toBeInstanceOf(Unavailable);
    await expect(log.save(aPendingState(1))).rejects.toBeInstanceOf(Unavailable);
    const signer = kmsCheckpointSigner('revoking', region, '00000000-0000-0000-0000-000000000000');
    await expect(signer.key()).rejects.toBeInstanceOf(Unavailable);
  });

  it('seals, with KMS and S3, a log that verifies with the public key alone', async () => {
    const { log, records } = await fresh();
    const Bucket = `log-${made}`;
    const s3 = new S3Client({ region });
    await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const kms = new KMSClient({ region });
    const key = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
    const KeyId = key.KeyMetadata?.KeyId ?? '';
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(PublicKey).toString('base64')}\n-----END PUBLIC KEY-----\n`;
    const sink = s3AuditSink('revoking', region, Bucket);
    const world = {
      clock: systemClock,
      settings: { deployment: 'contract', region },
      metrics: new MemoryMetrics(),
      auditLog: log,
      logStore: sink,
      checkpointSigner: kmsCheckpointSigner('revoking', region, KeyId),
    };
    let events = 0;
    for (const status of ['active', 'revoked'] as const) {
      const record = aRecord({ status });
      await records.commit({ request: record.request, expectedVersion: 0, events: record.events });
      await shipEvents({ records, auditSink: sink }, { requestId: record.request.id });
      expect(await sealLog(world)).toBe(record.events.length);
      expect(await sealLog(world)).toBe(0);
      events += record.events.length;
    }
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const objects = new Map<string, string>();
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      objects.set(Key, (await Body?.transformToString()) ?? '');
    }
    const { isSigned } = checkpointKeys(pem);
    const verified = await verifyLog(sourceOf(objects), { isSigned, asOf: systemClock.now() });
    expect(verified).toMatchObject({ faults: [], checkpoints: 2, leaves: events, events, waiting: 0 });
  });
});
