/** When the janitor can't do its work it ends what it can, and says so by its exit code, for which its Job fails. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type JanitorCluster, minute, pathOf, startJanitorCluster } from './janitor-cluster.ts';

let there: JanitorCluster;
beforeAll(async () => {
  there = await startJanitorCluster();
});
afterAll(() => there?.stop());
beforeEach(() => there.clear());

describe('It exits with 1, and ends what it can,', () => {
  test('when a delete is refused', async () => {
    const [one, other] = [await there.granted(minute), await there.granted(minute)];
    there.front.ahead = minute + 91_000;
    there.front.before = async (method, asked) =>
      method === 'DELETE' && asked === pathOf(one) ? 503 : undefined;
    const { code, stdout, stderr } = await there.janitor.run();
    expect(stderr).toContain(
      `${one.metadata.name}: still stands. DELETE was answered 503, GET 200: not today`,
    );
    expect(stdout).toContain('2 grants seen, 1 ended, 1 troubles.');
    expect(code).toBe(1);
    expect(await Promise.all([one, other].map(there.stands))).toEqual([true, false]);
  });

  test('when a finalizer holds one', async () => {
    const held = there.grant(-60 * minute);
    Object.assign(held.metadata, { finalizers: ['example.com/wait'] });
    await there.smuggled(held);
    const { code, stderr } = await there.janitor.run();
    expect(stderr).toContain('its finalizers hold it: example.com/wait');
    expect(code).toBe(1);
    const standing = await there.on.must({ method: 'GET', path: pathOf(held) });
    delete standing.metadata.finalizers;
    await there.on.must({ method: 'PUT', path: pathOf(held), body: standing });
  });

  test.each([500, 410, 403])('when the list is answered %i', async (status) => {
    there.front.before = async (_, asked) => (asked.includes('limit=') ? status : undefined);
    const { code, stderr } = await there.janitor.run();
    expect(stderr).toBe(
      `Listing RoleBindings was answered ${status}: not today\nListing Roles was answered ${status}: not today\n`,
    );
    expect(code).toBe(1);
  });

  test('when the API server does not say what time it is', async () => {
    await there.granted(10 * minute);
    there.front.ahead = undefined;
    const { code, stderr } = await there.janitor.run();
    expect(stderr).toBe('The API server did not say what time it is.\n'.repeat(2));
    expect(code).toBe(1);
  });

  test('when there is no API server, or one that its CA does not know', async () => {
    const nowhere = await there.janitor.run({ env: { KUBERNETES_SERVICE_PORT: '1' } });
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
    const another = await there.janitor.run({
      env: { KUBERNETES_SERVICE_PORT: new URL(there.on.cluster.url).port },
    });
    expect(another).toMatchObject({ code: 1, stderr: expect.stringContaining('certificate') });
  });
});
