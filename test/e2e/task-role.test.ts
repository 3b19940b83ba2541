/** A grant that is for one task: only what was named of the role works, by a Role that comes and goes with it. */
import { describe, expect, test } from 'vitest';
import { admin, bindingsOf, rolesOf, statesEntered } from './insight.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson } from './person.ts';
import {
  approveByMail,
  ask,
  askArgs,
  getAccess,
  kubectl,
  mailAbout,
  mayGet,
  until,
  untilStatus,
} from './steps.ts';

const allow = ['get,list pods', 'get configmap/flags'] as const;

describe.concurrent('curfew request --allow', () => {
  test('gives what was named of the role and nothing else of it, and leaves nothing behind', async () => {
    const person = await aPerson('tessa');
    const { cloud } = person;
    const { id, resolved } = await ask(person, {
      role: 'deployer',
      allow: ['get,list pods'],
      duration: '1m',
    });
    expect(resolved.task?.rules).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]);
    const { text } = await mailAbout(cloud, id);
    expect(text).toContain('A role made for this request alone, within role deployer, lets them:');
    expect(text).toContain('Read pods (get, list)');
    expect(text).not.toContain('deployments (');
    expect(await rolesOf(cloud, id)).toEqual([]);

    await approveByMail(cloud, id);
    const { request } = await untilStatus(person, id, 'active');
    await until('pods to be shown', async () => (await mayGet(person)) === 'yes');
    // All of this is in the role, and was not asked for.
    const looks = [
      mayGet(person, 'deployments'),
      mayGet(person, 'events'),
      mayGet(person, 'pods', 'checkout'),
    ];
    expect(await Promise.all(looks)).toEqual(['forbidden', 'forbidden', 'forbidden']);
    const name = `curfew-${id.toLowerCase()}`;
    expect(await rolesOf(cloud, id)).toEqual([`payments/${name}`]);
    expect(await bindingsOf(cloud, id)).toEqual([`payments/${name}`]);
    expect((await statesEntered(cloud, id)).slice(0, 5)).toEqual([
      ...['AskReviewers', 'OpenGrant', 'BindRole', 'DefineRole', 'BindRole'],
    ]);

    const { request: ended } = await untilNothingStands(person, id, 'revoked');
    expect(await rolesOf(cloud, id)).toEqual([]);
    expect(await mayGet(person)).not.toBe('yes');
    const expiresAt = request.grant?.expiresAt ?? '';
    expect(ended.grant?.unboundAt).toSatisfy((at: string) => at >= expiresAt);
  });

  test('holds to names, and ends early with its Role', async () => {
    const person = await aPerson('ulla');
    const { cloud } = person;
    const { stdout } = await admin(cloud, ['get', 'pods', '-n', 'payments', '-o', 'name']);
    const [pod = ''] = stdout.split('\n');
    const { id } = await getAccess(person, { allow: [`get ${pod}`], duration: '1h' });
    const get = (...what: string[]) => kubectl(person, 'get', ...what, '-n', 'payments', '-o', 'name');
    await until('the pod to be shown', async () => (await get(pod)).code === 0);
    expect((await get('pod/another')).stderr).toContain('(Forbidden)');
    expect((await get('pods')).stderr).toContain('(Forbidden)');
    await person.api.revoke(id, 'seen enough');
    await until('kubectl to be refused', async () => (await get(pod)).code !== 0);
    await untilNothingStands(person, id, 'revoked');
    expect(await rolesOf(cloud, id)).toEqual([]);
  });

  test('is refused what the role does not cover, with what it does; nobody is asked', async () => {
    const person = await aPerson('thekla');
    const asking = (...what: string[]) =>
      person.terminal.run('curfew', ['request', ...askArgs(person, { allow: what }), '--no-wait']);
    expect(await asking('get,delete pods')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Role pod-reader lets one get, list, watch pods; not delete.'),
    });
    expect(await asking(...allow)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('it is for pods, pods/log, services'),
    });
    expect(await asking('get *')).toMatchObject({ code: 2, stderr: expect.stringContaining('has a star') });
    const { items } = await person.api.list({ scope: 'mine', limit: 10 });
    expect(items.map(({ status }) => status)).toEqual(['denied', 'denied']);
  });
});
