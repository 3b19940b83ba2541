/** The end of the demo: what happened when, by the record, by the API server, and by the evidence. */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { chainFault } from '#domain/audit-event.ts';
import type { LocalCloud } from '#local/cloud.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';

/** The record follows the cluster by the seconds that proof takes. */
const provenWithinMs = 60_000;

export async function tellTimeline(stage: Stage, cloud: LocalCloud, story: Story): Promise<void> {
  stage.scene('What happened');
  await untilProven(cloud, story.requestId);
  await stage.type(cloud.as('alice'), 'curfew', ['show', story.requestId], 'works');
  stage.scene('Measured at the API server, as alice and as bob');
  for (const line of measured(story)) stage.line(`  ${line}`);
  stage.scene('The evidence');
  for (const line of await evidence(cloud, story.requestId)) stage.line(`  ${line}`);
}

async function untilProven(cloud: LocalCloud, requestId: string): Promise<void> {
  const deadline = performance.now() + provenWithinMs;
  for (;;) {
    const { stdout } = await cloud.as('alice').run('curfew', ['show', requestId, '--output', 'json']);
    const { status } = JSON.parse(stdout).request;
    if (status === 'revoked') return;
    if (performance.now() > deadline)
      throw new Error(`Request ${requestId} is still ${status}, a minute after its end.`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function measured({ approvedAt, expiresAt, changes, bobs }: Story): string[] {
  const usable = changes.find(({ allowed }) => allowed);
  const denied = changes.findLast(({ allowed }) => !allowed);
  if (!usable || !denied || denied.at < usable.at) throw new Error('The probe never saw access come and go.');
  if (denied.at < expiresAt)
    throw new Error(`Access ended early, ${expiresAt.getTime() - denied.at.getTime()} ms before expiresAt.`);
  if (bobs.some(({ allowed }) => allowed)) throw new Error('bob had access too.');
  return [
    `Approve pressed -> first answer that allows:   ${usable.at.getTime() - approvedAt.getTime()} ms`,
    `expiresAt       -> first answer that refuses:  ${denied.at.getTime() - expiresAt.getTime()} ms`,
    `bob, the whole time:                           refused`,
  ];
}

async function evidence(cloud: LocalCloud, requestId: string): Promise<string[]> {
  const { stdout } = await cloud.as('alice').run('curfew', ['show', requestId, '--output', 'json']);
  const { events } = JSON.parse(stdout);
  const s3 = new S3Client({
    endpoint: cloud.emulator.url,
    region,
    credentials: rootKeys,
    forcePathStyle: true,
  });
  const bucket = cloud.outputs.AuditBucket ?? '';
  const { Contents: objects = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const shipped = objects.filter(({ Key }) => Key?.includes(requestId)).length;
  const audit = await cloud.cluster.auditEvents();
  const reason = audit.map((event) => event.annotations?.['authorization.k8s.io/reason'] ?? '');
  const name = `curfew-${requestId.toLowerCase()}`;
  const allowed = reason.filter((text) => text.includes(name));
  return [
    `${events.length} audit events, chain ${chainFault(events) ?? 'whole'}; ${shipped} objects under Object Lock in s3://${bucket}`,
    `${allowed.length} lines of the cluster's own audit log were allowed by this grant, and say so:`,
    `  ${allowed[0] ?? 'none'}`,
  ];
}
