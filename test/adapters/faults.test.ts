/** The hook around the ports of a memory world. */
import { expect, test } from 'vitest';
import { memoryWorld } from '#adapters/memory/world.ts';
import { RecordChanged, Unavailable } from '#domain/errors.ts';
import { bindingName } from '#domain/request.ts';

const mail = { to: 'rita@example.com', subject: 's', text: 't', html: 'h' };

test('a call that fails before has done nothing, one that fails after has done it, one done twice has done it twice', async () => {
  for (const [mode, sent] of [
    ['before', 0],
    ['after', 1],
    ['twice', 2],
  ] as const) {
    const { mailer, faults, inside } = memoryWorld();
    faults.at('mailer.send', 1, mode);
    const outcome = await mailer.send(mail).then(
      () => 'answered',
      (error) => error,
    );
    if (mode === 'twice') expect(outcome).toBe('answered');
    else expect(outcome).toBeInstanceOf(Unavailable);
    expect(inside.mailer.sent).toHaveLength(sent);
    expect(faults.happened).toEqual([{ point: 'mailer.send', mode }]);
  }
});

test('exactly the nth call from now on fails, with the error that was asked for', async () => {
  const { mailer, faults, inside } = memoryWorld();
  await mailer.send(mail);
  faults.at('mailer.send', 2, 'before', new RecordChanged('on purpose'));
  await mailer.send(mail);
  await expect(mailer.send(mail)).rejects.toBeInstanceOf(RecordChanged);
  await mailer.send(mail);
  expect(inside.mailer.sent).toHaveLength(3);
});

test('every call fails until the faults are cleared', async () => {
  const { mailer, faults } = memoryWorld();
  faults.at('mailer.send', 'every');
  for (let i = 0; i < 3; i++) await expect(mailer.send(mail)).rejects.toBeInstanceOf(Unavailable);
  faults.clear();
  await mailer.send(mail);
});

test('methods that answer at once, and those of a cluster session, can be broken as well', async () => {
  const { ids, cluster, entries, faults } = memoryWorld();
  faults.at('ids.secret');
  expect(() => ids.secret()).toThrow(Unavailable);
  const session = await cluster.connect(
    await entries.describeCluster({ eksName: 'payments-prod', region: 'us-east-1' }),
  );
  faults.at('cluster.readRoleBinding');
  const name = bindingName('01KAJ000000000000000000001');
  await expect(session.readRoleBinding('payments', name)).rejects.toBeInstanceOf(Unavailable);
  expect(await session.readRoleBinding('payments', name)).toBeUndefined();
  expect(faults.calls.filter((point) => point.startsWith('cluster.'))).toEqual([
    'cluster.connect',
    'cluster.readRoleBinding',
    'cluster.readRoleBinding',
  ]);
});

test('a simulator may decide on each call instead, and hold it up', async () => {
  const seen: string[] = [];
  const world = memoryWorld({
    interference: {
      pause: async ({ point }) => void seen.push(`pause ${point}`),
      fault: ({ point }) =>
        point === 'mailer.send' ? { mode: 'before', error: new Unavailable('by the simulator') } : undefined,
    },
  });
  await expect(world.mailer.send(mail)).rejects.toThrow('by the simulator');
  expect(world.clock.now()).toBe('2026-11-21T08:00:00.000Z');
  expect(seen).toEqual(['pause mailer.send']);
});
