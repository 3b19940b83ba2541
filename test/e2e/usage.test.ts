/** What was touched: lines that the real API server wrote, delivered as CloudWatch Logs does, told on the right grant's record. */

import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { invoke } from './insight.ts';
import { aPerson } from './person.ts';
import { getAccess, kubectl, untilStatus } from './steps.ts';

/** All lines so far that name one of these, in the form of a subscription filter's delivery. */
async function deliver(...about: string[]): Promise<void> {
  const cloud = inject('cloud');
  const text = await readFile(cloud.cluster.auditLog, 'utf8');
  const lines = text.split('\n').filter((line) => about.some((name) => line.includes(name)));
  const delivery = {
    messageType: 'DATA_MESSAGE',
    logGroup: `/aws/eks/${cloud.cluster.name}/cluster`,
    logStream: 'kube-apiserver-audit-0123456789abcdef',
    logEvents: lines.map((message, id) => ({ id: String(id), timestamp: Date.now(), message })),
  };
  const data = gzipSync(JSON.stringify(delivery)).toString('base64');
  const { error, message } = await invoke(cloud, 'TraceUsage', { awslogs: { data } });
  expect([error, message]).toEqual([undefined, undefined]);
}

test('what two people do at the same time is told on the grant of each', async () => {
  const uma = await aPerson('uma');
  const ursa = await aPerson('ursa');
  const [hers, theirs] = await Promise.all([
    getAccess(uma, { duration: '1h' }),
    getAccess(ursa, { duration: '1h' }),
  ]);
  expect(await kubectl(uma, 'get', 'pods', '-n', 'payments')).toMatchObject({ code: 0 });
  expect(await kubectl(ursa, 'get', 'secrets', '-n', 'payments')).toMatchObject({ code: 1 });
  const about = [uma.session, ursa.session, hers.id.toLowerCase(), theirs.id.toLowerCase()];
  await deliver(...about);
  const first = await uma.api.show(hers.id);
  expect(first.usage?.touched).toContainEqual(
    expect.objectContaining({ resource: 'pods', namespace: 'payments', verbs: ['list'], refused: 0 }),
  );
  expect(first.usage).toMatchObject({ refused: 0, uncertain: 0, removal: { confirmed: 'not due' } });
  expect(first.request.usage?.first?.auditId).toMatch(/^[0-9a-f-]{36}$/);
  expect((await ursa.api.show(theirs.id)).usage?.touched).toContainEqual(
    expect.objectContaining({ resource: 'secrets', done: 0, refused: 1 }),
  );

  await uma.api.revoke(hers.id, 'done');
  await untilStatus(uma, hers.id, 'revoked');
  await deliver(...about);
  await deliver(...about);
  const { request, events, usage } = await uma.api.show(hers.id);
  expect(usage?.removal.confirmed).toBe('yes');
  expect(usage?.removal.words.at(-1)).toMatchObject({ verb: 'delete', by: 'curfew-system:unbind-role' });
  expect(request.usage?.removal).toBeDefined();
  expect(events.filter(({ type }) => type === 'removal-confirmed')).toHaveLength(1);
  await ursa.api.revoke(theirs.id, 'end of the test');
});
