/** The whole loop: asked for, approved by mail, used with kubectl, gone when its time is up, and all of it on record. */
import {
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type AuditEvent, chainFault } from '#domain/audit-event.ts';
import { eventKey } from '#domain/audit-log/log-objects.ts';
import { linkHash } from '#domain/review-link.ts';
import { type Change, startProbe } from '#local/demo/probe.ts';
import { region } from '#local/emulator/emulator.ts';
import { readAuditLog } from '#local/kubernetes/audit-log.ts';
import { accessEntry, bindingsOf, executionHistory, shippedEvents } from './insight.ts';
import { anAdministrator, aPerson, type E2ePerson } from './person.ts';
import { linkSecretsOf, tableText, taskTokenOf } from './secrets.ts';
import { logLines } from './signed-fetch.ts';
import {
  approveByMail,
  asAdmin,
  ask,
  getAccess,
  mailAbout,
  mayGet,
  rob,
  type Seen,
  until,
  untilStatus,
} from './steps.ts';

describe('access that was approved by mail', () => {
  const cloud = inject('cloud');
  const podsPath = '/api/v1/namespaces/payments/pods';
  let alice: E2ePerson;
  let bob: E2ePerson;
  let id: string;
  let ended: Seen;
  let answersToAlice: readonly Change[];
  let answersToBob: readonly Change[];
  const whileActive: Record<string, string> = {};
  const canaries: string[] = [];

  beforeAll(async () => {
    alice = await aPerson('alice');
    bob = await aPerson('bob', { role: alice.role });
    const probes = await Promise.all(
      [alice, bob].map(({ terminal }) => startProbe(terminal, cloud.cluster, podsPath)),
    );
    try {
      ({ id } = await ask(alice, { duration: '25s' }));
      await Promise.all([mailAbout(cloud, id), mailAbout(cloud, id, rob)]);
      canaries.push(...(await linkSecretsOf(cloud, id)), await taskTokenOf(cloud, id));
      await approveByMail(cloud, id);
      await untilStatus(alice, id, 'active');
      canaries.push(await taskTokenOf(cloud, id));
      whileActive.pods = await mayGet(alice);
      whileActive.secrets = await mayGet(alice, 'secrets');
      whileActive.deployments = await mayGet(alice, 'deployments.apps');
      whileActive.podsInCheckout = await mayGet(alice, 'pods', 'checkout');
      whileActive.podsInPlatform = await mayGet(alice, 'pods', 'platform');
      whileActive.podsForBob = await mayGet(bob);
      whileActive.roleRef = await asAdmin(
        cloud,
        ...['get', 'rolebinding', `curfew-${id.toLowerCase()}`, '-n', 'payments'],
        ...['-o', 'jsonpath={.roleRef.kind}/{.roleRef.name} {.subjects[*].kind}/{.subjects[*].name}'],
      );
      ended = await untilStatus(alice, id, 'revoked');
    } finally {
      await Promise.all(probes.map((probe) => probe.stop()));
    }
    [answersToAlice, answersToBob] = probes.map(({ changes }) => changes) as [Change[], Change[]];
  });

  it('gives what was asked for, there and nothing beside it', () => {
    expect(whileActive).toMatchObject({
      pods: 'yes',
      secrets: 'forbidden',
      deployments: 'forbidden',
      podsInCheckout: 'forbidden',
      podsInPlatform: 'forbidden',
    });
  });

  it('is the grant of one person and not of everyone in her IAM role', () => {
    expect(whileActive.podsForBob).toBe('forbidden');
    expect(answersToBob.map(({ allowed }) => allowed)).toEqual([false]);
    expect(whileActive.roleRef).toMatch(
      new RegExp(
        `^ClusterRole/curfew:pod-reader:[0-9a-f]{8} User/curfew:\\d{12}:${alice.role.name}:alice@example\\.com$`,
      ),
    );
  });

  it('comes once and goes once, and not before its time is up', () => {
    expect(answersToAlice.map(({ allowed }) => allowed)).toEqual([false, true, false]);
    const { expiresAt = '' } = ended.request.grant ?? {};
    expect(answersToAlice[2]?.at.getTime()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
    const { activatedAt = '', openedAt = '' } = ended.request.grant ?? {};
    expect(Date.parse(expiresAt) - Date.parse(openedAt)).toBe(25_000);
    expect(Date.parse(activatedAt)).toBeLessThan(Date.parse(expiresAt));
  });

  it('leaves nothing behind on the cluster or in EKS', async () => {
    expect(await bindingsOf(cloud, id)).toEqual([]);
    expect(await accessEntry(cloud, alice.role.arn)).toBeUndefined();
    expect(await mayGet(alice)).toBe('unauthorized');
  });

  it('has each of its steps on record, in one whole chain', () => {
    expect(chainFault(ended.events)).toBeUndefined();
    const statuses = ended.events.map(({ status }) => status);
    expect([...new Set(statuses)]).toEqual([
      ...['pending', 'approved', 'granting', 'active', 'revoking', 'revoked'],
    ]);
    expect(ended.events.find(({ type }) => type === 'reviewed' || type === 'approved')?.actor).toBe(
      'rita@example.com',
    );
    expect(ended.request.audit).toEqual({ seq: ended.events.length, hash: ended.events.at(-1)?.hash });
  });

  it('names itself in each line of the audit log of Kubernetes that it allowed', async () => {
    const username = `:${alice.role.name}:alice@example.com`;
    const byAlice = (await readAuditLog(cloud.cluster.auditLog)).filter(
      ({ user, objectRef, annotations = {} }) =>
        user.username?.endsWith(username) &&
        objectRef?.namespace === 'payments' &&
        annotations['authorization.k8s.io/decision'] === 'allow',
    );
    expect(byAlice.length).toBeGreaterThan(0);
    for (const { annotations } of byAlice)
      expect(annotations?.['authorization.k8s.io/reason']).toContain(`curfew-${id.toLowerCase()}`);
  });

  describe('and its evidence', () => {
    let s3: S3Client;
    const Bucket = cloud.outputs.AuditBucket ?? '';
    const first = () => eventKey({ requestId: id, seq: 1 });

    beforeAll(async () => {
      const { credentials } = await anAdministrator();
      s3 = new S3Client({ endpoint: cloud.emulatorUrl, region, credentials, forcePathStyle: true });
    });

    it('is in the locked bucket, event by event', async () => {
      const shipped = await until('all events to be shipped', async () => {
        const events = await shippedEvents(cloud, id);
        return events.length >= ended.events.length && events;
      });
      expect(shipped).toEqual(ended.events);
      expect(chainFault(shipped as AuditEvent[])).toBeUndefined();
    });

    it('can not be deleted, unlocked or written over, not even by an administrator of the account', async () => {
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: first() }));
      expect(Versions).toHaveLength(1);
      const version = { Bucket, Key: first(), VersionId: Versions[0]?.VersionId };
      const { Retention } = await s3.send(new GetObjectRetentionCommand(version));
      expect(Retention?.RetainUntilDate?.getTime()).toBeGreaterThan(Date.now());
      const denied = { name: 'AccessDenied' };
      await expect(s3.send(new DeleteObjectCommand(version))).rejects.toMatchObject(denied);
      await expect(
        s3.send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })),
      ).rejects.toMatchObject(denied);
      await expect(
        s3.send(
          new PutObjectRetentionCommand({
            ...version,
            Retention: { Mode: Retention?.Mode, RetainUntilDate: new Date(Date.now() + 1000) },
          }),
        ),
      ).rejects.toMatchObject(denied);
      const forged = { Bucket, Key: first(), Body: '{}' };
      await expect(s3.send(new PutObjectCommand(forged))).rejects.toMatchObject(denied);
      await expect(s3.send(new PutObjectCommand({ ...forged, IfNoneMatch: '*' }))).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
    });
  });

  describe('and its secrets', () => {
    /** Where somebody could read them who should not: named, so that a leak says where it is. */
    const places: Record<string, string> = {};

    beforeAll(async () => {
      const history = await executionHistory(cloud, id);
      for (const [group, lines] of Object.entries(await logLines(cloud)))
        places[`log ${group}`] = lines.join('\n');
      const pat = await aPerson('pat');
      places.answers = JSON.stringify([
        ended,
        await pat.api.show(id),
        await alice.api.list({ scope: 'mine', limit: 100 }),
      ]);
      places.evidence = JSON.stringify(await shippedEvents(cloud, id));
      places.table = await tableText(cloud);
      // A waiting task's token is in the input of its own function, and Step Functions keeps inputs.
      places.executions = JSON.stringify(history).replaceAll(/\\*"taskToken\\*":\s*\\*"[^"\\]*\\*"/g, '');
    });

    it('are two links and two task tokens', () => {
      expect(new Set(canaries).size).toBe(4);
      for (const canary of canaries) expect(canary.length).toBeGreaterThan(30);
    });

    it('are nowhere but in the mails and where they are used', () => {
      // Task tokens are kept in the table, which is where they are used from.
      const { table, ...others } = places;
      const [links, tokens] = [canaries.slice(0, 2), canaries.slice(2)];
      const found = (secrets: string[], where: Record<string, string>) =>
        secrets.flatMap((secret, index) =>
          Object.keys(where).flatMap((place) =>
            where[place]?.includes(secret) ? [`${index} in ${place}`] : [],
          ),
        );
      expect(found(links, places)).toEqual([]);
      expect(found(tokens, others)).toEqual([]);
      expect(table).toContain(tokens.at(-1));
    });

    it('would have been found there', () => {
      const logs = Object.entries(places).filter(([place]) => place.startsWith('log '));
      for (const name of ['AskReviewers', 'HoldGrant', 'Api'])
        expect(
          logs.filter(([place, text]) => place.includes(name) && text !== '').length,
          name,
        ).toBeGreaterThan(0);
      expect(places.table).toContain(linkHash(canaries[0] ?? ''));
      for (const place of ['answers', 'evidence', 'table', 'executions']) expect(places[place]).toContain(id);
    });
  });

  it('can be given again, as a grant of its own', async () => {
    const again = await getAccess(alice, { duration: '15s' });
    expect(again.id).not.toBe(id);
    expect(await mayGet(alice)).toBe('yes');
    expect(await bindingsOf(cloud, again.id)).toEqual([`payments/curfew-${again.id.toLowerCase()}`]);
    await untilStatus(alice, again.id, 'revoked');
    expect(await mayGet(alice)).toBe('unauthorized');
    expect((await alice.api.show(id)).request).toEqual(ended.request);
  });
});
