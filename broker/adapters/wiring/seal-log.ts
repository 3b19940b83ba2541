/** The world of SealLog: the state of the log, the locked bucket, and the key of its checkpoints. */
import type { Sealing, World } from '#ports';
import { DynamoAuditLog } from '../dynamo-audit-log.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { kmsCheckpointSigner } from '../kms-checkpoint-signer.ts';
import { s3AuditSink } from '../s3-audit-sink.ts';
import { systemClock } from '../system.ts';
import { tableOf } from './records.ts';

export function sealLogWorld(): Sealing & Pick<World, 'clock' | 'settings' | 'metrics'> {
  const settings = environment(['region', 'deployment', 'table', 'auditBucket', 'logKeyId', 'outsideBucket']);
  const { region, deployment, auditBucket, logKeyId, outsideBucket } = settings;
  const { documents, name } = tableOf('revoking', settings);
  return {
    clock: systemClock,
    settings: { deployment, region },
    metrics: new EmfMetrics(deployment),
    auditLog: new DynamoAuditLog(documents, name),
    logStore: s3AuditSink('revoking', region, auditBucket),
    checkpointSigner: kmsCheckpointSigner('revoking', region, logKeyId),
    ...(outsideBucket === 'none' ? {} : { outside: s3AuditSink('granting', region, outsideBucket) }),
  };
}
