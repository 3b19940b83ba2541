/** While EKS can't be asked, access ends on time all the same: the API server is still where it was. */
import { expect, it } from 'vitest';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers, standingBindings } from './world-view.ts';

async function active() {
  const world = aWorld();
  const machine = new Machine(world);
  const request = await ask(world);
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return { world, machine, request };
}

it('access ends at its instant although EKS answers nothing, and the record once it does', async () => {
  const { world, machine, request } = await active();
  const { grant } = (await world.inside.records.read(request.id)) ?? {};
  for (const call of ['findCluster', 'describeCluster', 'describe', 'delete'] as const)
    world.faults.at(`entries.${call}`, 'every');
  world.inside.clock.advanceTo(grant?.expiresAt ?? '');
  await machine.run();
  expect(standingBindings(world)).toEqual([]);
  expect(await statusOf(world, request)).toBe('revoking');

  world.faults.clear();
  await machine.pass(90);
  expect(await statusOf(world, request)).toBe('revoked');
  const { grant: ended } = (await world.inside.records.read(request.id)) ?? {};
  expect(ended?.unboundAt).toBe(grant?.expiresAt);
  expect(await leftovers(world)).toEqual([]);
});

it('the address is no part of the evidence, and told to nobody', async () => {
  const { world, request } = await active();
  const record = await world.inside.records.read(request.id);
  const { certificateAuthority } = record?.grant?.address ?? {};
  expect(certificateAuthority).toMatch(/.{10}/);
  const events = await world.inside.records.events(request.id);
  expect(JSON.stringify(events)).not.toContain(certificateAuthority);
});
