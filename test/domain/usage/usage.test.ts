import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actOf } from '#domain/usage/act.ts';
import { countOf, emptySketch, joinSketches, noteId } from '#domain/usage/distinct-count.ts';
import { residualOf } from '#domain/usage/residual.ts';
import { summaryOf } from '#domain/usage/summary.ts';
import {
  actsHeard,
  joinUsage,
  mostActs,
  noUsage,
  type Usage,
  usageOfAct,
  usageOfWord,
  wordOf,
} from '#domain/usage/usage.ts';
import { binding, bindingLine, line, parsed, type Sample } from './lines.ts';

const join = (parts: readonly Usage[]) => parts.reduce(joinUsage, noUsage);
const of = (name: Sample, changes: Record<string, unknown> = {}) =>
  usageOfAct(actOf(line(name, changes), 'authorizer'));

/** What lines of one request tell: either stage of any of so many requests, of which some outlive a grant and most only look. */
const part = (ids: number) =>
  fc.record({ id: fc.nat(ids), ended: fc.boolean() }).map(({ id, ended }) => {
    const [started, complete] = (
      [
        ['exec-started', 'exec-complete'],
        ['watch-started', 'watch-complete'],
        ['allowed-list', 'allowed-list'],
        ['denied-secret-get', 'denied-secret-get'],
      ] as const
    )[id % 4] ?? ['allowed-list', 'allowed-list'];
    const time = `2026-11-21T09:${String(id % 60).padStart(2, '0')}:00.000000Z`;
    return of(ended ? complete : started, { auditID: `id-${id}`, requestReceivedTimestamp: time });
  });

describe('the use of a grant', () => {
  it('is the same in whatever order, parts and repetitions it is told', () => {
    fc.assert(
      fc.property(fc.array(part(40), { maxLength: 60 }), fc.infiniteStream(fc.nat()), (parts, random) => {
        const whole = join(parts);
        const shuffled = [...parts, ...parts]
          .map((one) => [random.next().value ?? 0, one] as const)
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
        const cut = (random.next().value ?? 0) % (shuffled.length + 1);
        expect(joinUsage(join(shuffled.slice(0, cut)), join(shuffled.slice(cut)))).toEqual(whole);
        expect(joinUsage(whole, whole)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it('stays bounded, keeps the same acts in whatever order, and says about how many there were', () => {
    const many = Array.from({ length: mostActs + 200 }, (_, i) =>
      of(i === 7 ? 'exec-started' : 'allowed-list', { auditID: `id-${i}` }),
    );
    const forth = join(many);
    expect(join(many.toReversed())).toEqual(forth);
    expect(forth.acts).toHaveLength(mostActs);
    // What may outlive the grant is the last to be dropped.
    expect(forth.acts[0]).toMatchObject({ id: 'id-7' });
    expect(actsHeard(forth)).toMatchObject({ about: true });
    expect(Math.abs(actsHeard(forth).count / many.length - 1)).toBeLessThan(0.2);
    expect(actsHeard(join(many.slice(0, 10)))).toEqual({ count: 10, about: false });
    expect(JSON.stringify(forth).length).toBeLessThan(380_000);
  });

  it('never takes back in part an act that was dropped', () => {
    const many = Array.from({ length: mostActs }, (_, i) => of('exec-started', { auditID: `id-${i}` }));
    const weak = of('allowed-list', { auditID: 'weak' });
    const full = join([weak, ...many]);
    expect(full.acts.some(({ id }) => id === 'weak')).toBe(false);
    expect(joinUsage(full, weak)).toEqual(full);
  });

  it('is counted by what differs, within the error of the method', () => {
    const ids = Array.from({ length: 5000 }, (_, i) => `id-${i}`);
    const sketch = ids.reduce(noteId, emptySketch);
    expect(Math.abs(countOf(sketch) / ids.length - 1)).toBeLessThan(0.2);
    expect(joinSketches(sketch, sketch)).toBe(sketch);
    expect(countOf(emptySketch)).toBe(0);
  });
});

describe('what outlives a grant', () => {
  const end = '2026-11-21T09:09:40.000Z';
  const kinds = (usage: Usage, at = end) =>
    residualOf(usage, at).map(({ kind, severity }) => [kind, severity]);

  it('is what was begun and has not ended by then, the worst first (N38)', () => {
    const objectRef = { resource: 'pods' };
    const usage = join([
      of('watch-started', { auditID: 'w', objectRef }),
      of('exec-started'),
      of('watch-started'),
    ]);
    expect(kinds(usage)).toEqual([
      ['watch', 'high'],
      ['exec', 'high'],
      ['watch', 'low'],
    ]);
    expect(residualOf(usage, end)[1]?.what).toBe(
      'exec of pods/web1/exec in payments, begun at 2026-11-21T09:09:13.839Z, was not seen to end',
    );
    expect(kinds(of('watch-started'), '2026-11-21T09:00:00.000Z')).toEqual([]);
  });

  it('is what ended only afterwards, and not what ended before', () => {
    const usage = join([of('exec-started'), of('exec-complete')]);
    expect(residualOf(usage, end)[0]?.what).toContain('ended at 2026-11-21T09:10:15.515Z');
    expect(kinds(usage, '2026-11-21T09:11:00.000Z')).toEqual([]);
  });

  it.for<[string, string, Record<string, unknown>, string]>([
    ['a token', 'token', {}, 'high'],
    [
      'a service account',
      'service account',
      { objectRef: { resource: 'serviceaccounts', subresource: undefined } },
      'medium',
    ],
    ['a pod', 'pod', { objectRef: { resource: 'pods', subresource: undefined } }, 'medium'],
    [
      'a CronJob',
      'CronJob',
      { objectRef: { apiGroup: 'batch', resource: 'cronjobs', subresource: undefined } },
      'medium',
    ],
    [
      'a binding',
      'binding',
      {
        objectRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          resource: 'rolebindings',
          subresource: undefined,
        },
      },
      'high',
    ],
    [
      'a certificate request',
      'certificate request',
      {
        objectRef: {
          apiGroup: 'certificates.k8s.io',
          resource: 'certificatesigningrequests',
          subresource: undefined,
        },
      },
      'high',
    ],
  ])('is %s that was made with it', ([, kind, changes, severity]) => {
    const at = '2026-11-21T10:00:00.000Z';
    expect(kinds(of('impersonated-token-mint', changes), at)).toEqual([[kind, severity]]);
    expect(kinds(of('impersonated-token-mint', { ...changes, responseStatus: { code: 403 } }), at)).toEqual(
      [],
    );
  });

  it('is not what was taken away again', () => {
    const objectRef = { resource: 'pods', subresource: undefined, name: 'debug' };
    const made = of('impersonated-token-mint', { objectRef });
    const later = '2026-11-21T09:12:00.000000Z';
    const gone = (name: string) =>
      of('impersonated-token-mint', {
        auditID: 'delete',
        verb: 'delete',
        requestReceivedTimestamp: later,
        objectRef: { ...objectRef, name },
      });
    expect(kinds(join([made, gone('debug')]), '2026-11-21T10:00:00.000Z')).toEqual([]);
    expect(kinds(join([made, gone('other')]), '2026-11-21T10:00:00.000Z')).toEqual([['pod', 'medium']]);
  });
});

describe("the cluster's own word", () => {
  const bindings = [{ namespace: 'payments', name: binding }];
  const told = (verb: 'create' | 'delete', changes: Record<string, unknown> = {}) => {
    const word = wordOf(parsed(bindingLine(verb, changes)));
    return word ? usageOfWord(word) : noUsage;
  };
  const later = { stageTimestamp: '2026-11-21T09:40:00.123456Z' };
  const endedAt = '2026-11-21T09:40:00.000Z';

  it('confirms that a RoleBinding is gone, by its id and time', () => {
    const usage = join([told('delete', later), told('create')]);
    const { removal } = summaryOf(usage, { bindings, endedAt });
    expect(removal.confirmed).toBe('yes');
    expect(removal.words.at(-1)).toEqual({
      auditId: 'binding-delete',
      at: '2026-11-21T09:40:00.123Z',
      verb: 'delete',
      kind: 'rolebindings',
      namespace: 'payments',
      by: 'curfew-system:unbind-role',
    });
  });

  it('is missing where no line told of it, or of one place only', () => {
    expect(summaryOf(told('create'), { bindings, endedAt }).removal.confirmed).toBe('no');
    expect(summaryOf(told('create'), { bindings }).removal.confirmed).toBe('not due');
    const two = [...bindings, { namespace: 'search', name: binding }];
    expect(summaryOf(told('delete', later), { bindings: two, endedAt }).removal.confirmed).toBe('no');
  });

  it('is not a delete that was refused, and not that of a binding that was made again', () => {
    expect(told('delete', { responseStatus: { code: 403 } })).toEqual(noUsage);
    const again = told('create', { auditID: 'again', stageTimestamp: '2026-11-21T09:41:00.000000Z' });
    const usage = join([told('delete', later), again]);
    expect(summaryOf(usage, { bindings, endedAt }).removal.confirmed).toBe('no');
  });
});

describe('the summary', () => {
  it('tells what was touched, how it came out, and from where', () => {
    const usage = join([
      of('allowed-secret-get'),
      of('allowed-list', { sourceIPs: ['10.0.0.7'] }),
      of('exec-started'),
      of('denied-secret-get'),
    ]);
    const summary = summaryOf(usage, { bindings: [] });
    expect(summary).toMatchObject({ requests: 4, about: false, refused: 1, moreTouched: 0, residual: [] });
    expect(summary.addresses).toEqual({ items: ['10.0.0.7', '127.0.0.1'], more: 0 });
    expect(summary.commands).toEqual({ items: ['sh'], more: 0 });
    expect(summary.touched).toContainEqual({
      resource: 'secrets',
      namespace: 'payments',
      verbs: ['get'],
      names: ['db'],
      moreNames: 0,
      done: 1,
      refused: 1,
    });
  });

  it('says how much it leaves out', () => {
    const usage = join(
      Array.from({ length: 30 }, (_, i) =>
        of('allowed-secret-get', { auditID: `id-${i}`, objectRef: { name: `s-${i}` }, userAgent: `a-${i}` }),
      ),
    );
    const summary = summaryOf(usage, { bindings: [] });
    expect(summary.touched[0]).toMatchObject({ moreNames: 20, done: 30 });
    expect(summary.agents.more).toBe(10);
  });
});
