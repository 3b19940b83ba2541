/** What a decision looks at besides the catalog, when access is asked for and again when it is given. */
import { describe, expect, it } from 'vitest';
import { RequestRefused } from '#domain/errors.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';

const no = (reason: string) => async () => ({ version: 1, allow: false, reasons: [reason] });

describe('a namespace that a role is for by its label', () => {
  function labelled(labels: Record<string, string> | undefined) {
    const catalog = aCatalog(({ roles }) => {
      if (roles['pod-reader']) roles['pod-reader'].namespaces = ['team=payments'];
    });
    const world = aWorld({ catalog });
    const cluster = world.inside.cluster.clusters.get('payments-prod') ?? expect.fail('No such cluster.');
    cluster.namespaces.add('payments');
    if (labels) cluster.labels.set('payments', labels);
    // Also what connects the functions of the cluster leg.
    const machine = new Machine(world);
    return { world, cluster, machine };
  }

  it('is granted in while it has that label', async () => {
    const { world, machine } = labelled({ team: 'payments' });
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });

  it.each([undefined, {}, { team: 'checkout' }])('is refused as %j', async (labels) => {
    const { world } = labelled(labels);
    await expect(ask(world)).rejects.toThrow(/is not for namespace "payments", only for team=payments/);
  });

  it('is denied once it has lost the label, whoever has approved it', async () => {
    const { world, cluster, machine } = labelled({ team: 'payments' });
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    cluster.labels.delete('payments');
    await machine.run();
    expect(await statusOf(world, request)).toBe('denied');
  });

  it('is not judged without the cluster: nothing is refused or kept', async () => {
    const { world, cluster } = labelled({ team: 'payments' });
    cluster.reachable = false;
    await expect(ask(world)).rejects.toThrow(/SurveyCluster for payments-prod failed/);
    expect(world.inside.records.requests.size).toBe(0);
  });
});

describe("the organisation's policy", () => {
  it('refuses when access is asked for', async () => {
    const world = aWorld();
    world.inside.organisation.answer = no('Not during the freeze.');
    await expect(ask(world)).rejects.toThrow(RequestRefused);
    await expect(ask(world)).rejects.toThrow('Not during the freeze.');
    expect(world.inside.organisation.judged[0]).toMatchObject({
      phase: 'submit',
      requester: { kind: 'person', person: 'alice@example.com' },
      live: [],
    });
  });

  it('refuses when access is given, if it has changed its mind', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    world.inside.organisation.answer = no('Frozen by now.');
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('denied');
    expect((await world.inside.records.read(request.id))?.history.at(-1)?.reason).toBe('Frozen by now.');
    expect(world.inside.organisation.judged.map(({ phase }) => phase)).toEqual(['submit', 'grant']);
  });

  it('that fails is no yes (N05)', async () => {
    const world = aWorld();
    world.inside.organisation.answer = async () => {
      throw new Error('boom');
    };
    await expect(ask(world)).rejects.toThrow(/can't judge this request/);
  });

  it('can ask for surer reviews, which a mailed link is not', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    world.inside.organisation.answer = async () => ({
      version: 1,
      allow: true,
      reasons: ['Secrets are near.'],
      require: { assurance: 'signed' },
    });
    const request = await ask(world);
    expect(request.decision).toMatchObject({ assurance: 'signed', reasons: ['Secrets are near.'] });
    await machine.run();
    await expect(answerByMail(world, request)).rejects.toThrow(/curfew approve/);
    expect(await statusOf(world, request)).toBe('pending');
  });

  it('knows what is held already', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const first = await ask(world);
    await machine.run();
    await answerByMail(world, first);
    await machine.run();
    await ask(world);
    expect(world.inside.organisation.judged.at(-1)?.live).toMatchObject([
      { requestId: first.id, role: 'pod-reader' },
    ]);
  });
});

describe('limits', () => {
  it('count requests that were made before', async () => {
    const world = aWorld();
    world.catalog.limits.concurrent = 1;
    await ask(world);
    await expect(ask(world)).rejects.toThrow(/1 is the most/);
  });

  it('keep no record of what comes too often, so that nobody can fill the table', async () => {
    const world = aWorld();
    world.catalog.limits.perHour = 2;
    const refused = { role: 'nobody-has-it' };
    for (let time = 0; time < 2; time++)
      await expect(ask(world, 'alice', refused)).rejects.toMatchObject({
        details: { requestId: expect.any(String) },
      });
    for (let time = 0; time < 3; time++)
      await expect(ask(world, 'alice', refused)).rejects.toThrow(/2 times within an hour/);
    expect(world.inside.records.requests.size).toBe(2);
  });

  it('do not stand in the way of the request itself when it is granted', async () => {
    const world = aWorld();
    world.catalog.limits = { concurrent: 1, perHour: 1 };
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });
});
