/** A role whose sessions name themselves: what it is granted is everyone's in it, and no name in it counts for anything. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { principalGroup } from '#domain/identity.ts';
import { linkIn, textOf } from '#local/reviewer.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aCiRole, aPerson, type E2ePerson } from './person.ts';
import { approveByMail, asAdmin, ask, kubectl, mailAbout, mayGet, rita, rob, untilStatus } from './steps.ts';

const cloud = inject('cloud');
let job: E2ePerson;
let nextJob: E2ePerson;
let jobElsewhere: E2ePerson;
let falseRita: E2ePerson;
let id: string;
let digest: string;

beforeAll(async () => {
  const [role, otherRole] = await Promise.all([aCiRole(), aCiRole()]);
  [job, nextJob, jobElsewhere, falseRita] = await Promise.all([
    aPerson('job', { role, session: 'deploy-1042' }),
    aPerson('next-job', { role, session: 'deploy-1043' }),
    aPerson('job-elsewhere', { role: otherRole, session: 'deploy-1042' }),
    aPerson('false-rita', { role, session: rita }),
  ]);
  ({ id, digest } = await ask(job, { duration: '1h' }));
});
afterAll(() => job?.api.revoke(id, 'end of the test').catch(() => undefined));

describe('A request by a CI role', () => {
  test('tells its reviewers that everyone in the role gets the access', async () => {
    const mail = await mailAbout(cloud, id);
    const page = textOf(await (await fetch(linkIn(mail))).text());
    for (const text of [page, mail.text]) {
      const words = text.replace(/\s+/g, ' ');
      expect(words).toContain(
        `This is not one person: everyone who can use the IAM role ${job.role.name} gets this access.`,
      );
      expect(words).toContain(job.role.arn);
      expect(words).toContain(`A session "deploy-1042" of the IAM role ${job.role.name}`);
    }
  });

  test('can be answered by none of its sessions, whatever they call themselves', async () => {
    const { request } = await job.api.show(id);
    expect(request.reviewers).toEqual([rita, rob]);
    for (const session of [job, nextJob, falseRita, jobElsewhere]) {
      await expect(session.api.review(id, { answer: 'approve', digest })).rejects.toMatchObject({
        name: 'IdentityRefused',
        status: 403,
        message: expect.stringMatching(/Only people answer requests; this role lets its callers choose/),
      });
    }
    const { code, stderr } = await job.terminal.run('curfew', ['approve', id, '--yes']);
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('Only people answer') });
    expect((await job.api.show(id)).request).toEqual(request);
  });

  test('can be seen, withdrawn or ended by nobody else, not even by another session of the role', async () => {
    for (const session of [nextJob, falseRita, jobElsewhere]) {
      await expect(session.api.show(id)).rejects.toMatchObject({ name: 'RequestNotFound', status: 404 });
      await expect(session.api.withdraw(id)).rejects.toMatchObject({ name: 'NotAllowed', status: 403 });
      await expect(session.api.revoke(id, 'mine')).rejects.toMatchObject({ name: 'NotAllowed', status: 403 });
    }
    expect((await job.api.show(id)).request.status).toBe('pending');
  });

  test('gives access to every session of the role and to no other role, until it ends', async () => {
    const sessions = { job, nextJob, falseRita, jobElsewhere };
    const whoMay = async () => {
      const answers = Object.entries(sessions).map(async ([who, one]) => [who, await mayGet(one)] as const);
      return Object.fromEntries(await Promise.all(answers));
    };
    const nobody = Object.fromEntries(Object.keys(sessions).map((who) => [who, 'unauthorized']));
    expect(await whoMay()).toEqual(nobody);

    await approveByMail(cloud, id);
    await untilStatus(job, id, 'active');
    expect(await whoMay()).toEqual({ ...nobody, job: 'yes', nextJob: 'yes', falseRita: 'yes' });
    expect(await mayGet(nextJob, 'secrets')).toBe('forbidden');
    const subjects = await asAdmin(
      cloud,
      ...['get', 'rolebinding', `curfew-${id.toLowerCase()}`, '-n', 'payments'],
      ...['-o', 'jsonpath={.subjects[*].kind}/{.subjects[*].name}'],
    );
    expect(subjects).toBe(`Group/${principalGroup(job.role.arn)}`);
    // Each is still told apart by name, for the audit log of the cluster.
    const { stdout } = await kubectl(nextJob, 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}');
    expect(stdout).toMatch(new RegExp(`^curfew:\\d{12}:${job.role.name}:deploy-1043$`));

    await job.api.revoke(id, 'deployed');
    const { request } = await untilNothingStands(job, id, 'revoked');
    expect(request.endRequested?.by).toBe(`${job.role.arn}/deploy-1042`);
    expect(await whoMay()).toEqual(nobody);
  });
});
