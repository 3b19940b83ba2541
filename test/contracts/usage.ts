/** What every keeper of what is known of grants' use must do. */
import { expect, it } from 'vitest';
import { RecordChanged } from '#domain/errors.ts';
import { actOf } from '#domain/usage/act.ts';
import { joinUsage, mostActs, noUsage, usageOfAct } from '#domain/usage/usage.ts';
import type { UsageStore } from '#ports';
import { line } from '../domain/usage/lines.ts';

const act = (auditID: string) => usageOfAct(actOf(line('exec-started', { auditID }), 'authorizer'));

/** `fresh` gives an empty store each time. */
export function usageContract(fresh: () => Promise<UsageStore>): void {
  it('knows nothing of a grant at first, and what was saved afterwards', async () => {
    const store = await fresh();
    expect(await store.read('A')).toEqual({ usage: noUsage, version: 0 });
    await store.save('A', act('one'), 0);
    expect(await store.read('A')).toEqual({ usage: act('one'), version: 1 });
    expect(await store.read('B')).toEqual({ usage: noUsage, version: 0 });
  });

  it('takes no version but the next, so that nothing that was told meanwhile is lost', async () => {
    const store = await fresh();
    await store.save('A', act('one'), 0);
    for (const version of [0, 2])
      await expect(store.save('A', act('two'), version)).rejects.toThrow(RecordChanged);
    await store.save('A', joinUsage(act('one'), act('two')), 1);
    expect(await store.read('A')).toMatchObject({ version: 2 });
  });

  it('holds the most that there can be', async () => {
    const store = await fresh();
    const long = 'x'.repeat(200);
    const whole = Array.from({ length: mostActs }, (_, i) =>
      usageOfAct(actOf(line('exec-started', { auditID: `id-${i}`, userAgent: `${i}${long}` }), 'authorizer')),
    ).reduce(joinUsage, noUsage);
    await store.save('A', whole, 0);
    expect((await store.read('A')).usage).toEqual(whole);
  });
}
