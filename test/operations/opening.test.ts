/** Opening a grant while something else happens to it: whoever comes second sees the first, and nothing is left over. */
import { describe, expect, it } from 'vitest';
import { type MemoryWorld, memoryRoles } from '#adapters/memory/world.ts';
import type { EntryItem, EntryKey } from '#domain/access-entry.ts';
import type { BindPlan } from '#domain/plan.ts';
import type { AccessRequest } from '#domain/request.ts';
import { askReviewers } from '#operations/ask-reviewers.ts';
import { openGrant } from '#operations/open-grant.ts';
import { releaseEntry } from '#operations/release-entry.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld, stored } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers } from './world-view.ts';

const key: EntryKey = {
  eksName: 'payments-prod',
  region: 'us-east-1',
  principalArn: memoryRoles.developer.arn,
};

/** A world in which `meanwhile` happens just before the next call at `point`. */
function interrupted(point: string): {
  world: MemoryWorld;
  meanwhile: (work: () => Promise<unknown>) => void;
} {
  let next: (() => Promise<unknown>) | undefined;
  const world = aWorld({
    interference: {
      async pause(call) {
        if (call.point !== point || !next) return;
        const work = next;
        next = undefined;
        await work();
      },
      fault: () => undefined,
    },
  });
  return { world, meanwhile: (work) => (next = work) };
}

async function approved(world: MemoryWorld): Promise<AccessRequest> {
  const request = await ask(world);
  await askReviewers(world, { requestId: request.id, taskToken: world.inside.executions.issueToken() });
  await answerByMail(world, request);
  return request;
}

const itemOf = async (world: MemoryWorld): Promise<EntryItem> => {
  const item = await world.inside.ledger.read(key);
  return item ?? expect.fail('There is no entry item.');
};

describe('opening', () => {
  it('takes no hold once an end was requested, since nobody would release it', async () => {
    const { world, meanwhile } = interrupted('ledger.hold');
    const { id } = await approved(world);
    meanwhile(() => revokeGrant(world, { caller: aCaller('alice'), id, reason: 'not needed' }));
    await expect(openGrant(world, { requestId: id })).rejects.toMatchObject({ name: 'EndRequested' });
    expect(world.inside.ledger.allHolders()).toEqual([]);
    expect(world.inside.entries.standing.size).toBe(0);
  });

  it('leaves it to the other where two open one request at once, and goes on from there when tried again', async () => {
    const { world, meanwhile } = interrupted('records.commit');
    const { id } = await approved(world);
    const plans: BindPlan[] = [];
    meanwhile(async () => {
      world.inside.clock.advance(1);
      plans.push((await openGrant(world, { requestId: id })).plan);
    });
    await expect(openGrant(world, { requestId: id })).rejects.toMatchObject({ name: 'RecordChanged' });
    expect((await openGrant(world, { requestId: id })).plan).toEqual(plans[0]);
    expect(await world.inside.ledger.holders(key)).toEqual([id]);
  });

  it('does not refuse what has changed since it was looked at', async () => {
    const { world, meanwhile } = interrupted('entries.describeCluster');
    const { id } = await approved(world);
    world.inside.entries.unready.add('payments-prod');
    meanwhile(async () => {
      world.inside.entries.unready.clear();
      await openGrant(world, { requestId: id });
      world.inside.entries.unready.add('payments-prod');
    });
    await expect(openGrant(world, { requestId: id })).rejects.toMatchObject({ name: 'RecordChanged' });
    expect((await world.inside.records.read(id))?.status).toBe('granting');
  });

  it('waits while the entry is being deleted, before it writes that it opens', async () => {
    const world = aWorld();
    const { id } = await approved(world);
    const item: EntryItem = {
      key,
      state: 'deleting',
      generation: 1,
      roleId: memoryRoles.developer.roleId,
      owned: true,
      deleteLease: '2026-11-21T08:00:30.000Z',
    };
    const { id: holder } = await stored(world.inside.records, { status: 'granting' });
    await world.inside.ledger.hold(holder, undefined, item);
    await world.inside.ledger.release(key, holder);
    await expect(openGrant(world, { requestId: id })).rejects.toMatchObject({ name: 'EntryBusy' });
    expect((await world.inside.records.read(id))?.status).toBe('approved');
    world.inside.clock.advance(30_000);
    await openGrant(world, { requestId: id });
    expect(await itemOf(world)).toMatchObject({ state: 'present' });
  });

  it('says so where the entry stands for an earlier role of the name, and works once its grants are over', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const old = await ask(world, 'alice', { seconds: 300 });
    await machine.run();
    await answerByMail(world, old);
    await machine.run();
    world.inside.identities.add({ ...memoryRoles.developer, roleId: 'AROADEVELOPER0000002' });
    const caller = {
      ...aCaller('bob'),
      principal: { ...memoryRoles.developer, roleId: 'AROADEVELOPER0000002' },
    };
    const request = await ask(world, caller);
    await machine.run();
    await answerByMail(world, request);
    await machine.pass(40);
    const record = await world.inside.records.read(request.id);
    expect(record?.status).toBe('failed');
    expect(record?.ending?.reason).toContain('earlier IAM role');
    await machine.pass(300);
    const again = await ask(world, caller);
    await machine.run();
    await answerByMail(world, again);
    await machine.run();
    expect(await statusOf(world, again)).toBe('active');
    await machine.pass(70);
    expect(await leftovers(world)).toEqual([]);
  });
});

describe('a delete whose call died', () => {
  const dead = { state: 'deleting', deleteLease: '2026-11-21T07:59:00.000Z' } as const;
  const base = { key, generation: 3, roleId: memoryRoles.developer.roleId, owned: true };

  it.each([
    ['present', { entryArn: 'arn:aws:eks:us-east-1:111122223333:access-entry/payments-prod/role/x/1' }],
    ['creating', {}],
  ])(
    'before it looked for holders gives the entry back to the one who holds it: %s',
    async (state, known) => {
      const world = aWorld();
      const { id } = await stored(world.inside.records, { status: 'granting' });
      const item: EntryItem = { ...base, ...known, state: 'creating' };
      await world.inside.ledger.hold(id, undefined, item);
      await world.inside.ledger.move(item, { ...item, ...dead });
      const other = await stored(world.inside.records, { status: 'revoking' });
      await releaseEntry(world, key, other.id);
      expect(await itemOf(world)).toEqual({ ...base, ...known, state, generation: 4 });
      expect(await world.inside.ledger.holders(key)).toEqual([id]);
    },
  );
});

describe('a token that comes late', () => {
  it('of a grant that is open already wakes its execution and is not kept', async () => {
    const world = aWorld();
    const { id } = await approved(world);
    await openGrant(world, { requestId: id });
    const taskToken = world.inside.executions.issueToken();
    await askReviewers(world, { requestId: id, taskToken });
    expect((await world.inside.records.read(id))?.waiting?.taskToken).not.toBe(taskToken);
    expect(world.inside.executions.deliveries).toContainEqual({ taskToken, outcome: 'succeed' });
  });
});

describe('mails that can not be sent', () => {
  it('are tried again at growing pauses, so that hours of trouble do not fill the record', async () => {
    const world = aWorld();
    world.faults.at('mailer.send', 'every');
    const { id } = await ask(world);
    await askReviewers(world, { requestId: id, taskToken: world.inside.executions.issueToken() });
    for (let minute = 0; minute < 180; minute++) {
      world.inside.clock.advance(60_000);
      await sweepGrants(world);
    }
    const tries = (await world.inside.records.read(id))?.mailTries ?? 0;
    expect(tries).toBeGreaterThan(6);
    expect(tries).toBeLessThan(15);
    world.faults.clear();
    for (let minute = 0; minute < 30; minute++) {
      world.inside.clock.advance(60_000);
      await sweepGrants(world);
    }
    expect((await world.inside.records.read(id))?.notified).toEqual(['rita@example.com', 'rob@example.com']);
  });
});
