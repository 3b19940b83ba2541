/** What every organisation policy must do, whatever evaluates it: on the rules of test/contracts/organisation. */
import { expect, it } from 'vitest';
import { MemoryMetrics } from '#adapters/memory/metrics.ts';
import type { PolicyInput, Verdict } from '#domain/policy/organisation.ts';
import { policyExamples } from '#domain/policy/policy-examples.ts';
import type { OrganisationPolicy } from '#ports';

/** The rules' `data`: answers by the reason that a request gives. */
export const answers = {
  yes: { version: 1, allow: true, reasons: [] },
  'yes, with a word': { version: 1, allow: true, reasons: ['Mind the freeze tomorrow.'] },
  'yes, but': {
    version: 1,
    allow: true,
    reasons: [],
    require: { reviews: [{ count: 2, from: ['platform'] }], maxDuration: '1h30m', assurance: 'signed' },
  },
  no: { version: 1, allow: false, reasons: ['Zoë said no 🦉'] },
  'no, and not why': { version: 1, allow: false, reasons: [] },
  nothing: {},
  'a word': 'yes',
  true: true,
  null: null,
  'a list': [{ version: 1, allow: true, reasons: [] }],
  'no allow': { version: 1, reasons: [] },
  'a text for allow': { version: 1, allow: 'true', reasons: [] },
  'another version': { version: 2, allow: true, reasons: [] },
  'a key too many': { version: 1, allow: true, reasons: [], requires: { maxDuration: '1h' } },
  'a requirement too many': { version: 1, allow: true, reasons: [], require: { max_duration: '1h' } },
  'no duration': { version: 1, allow: true, reasons: [], require: { maxDuration: 'forever' } },
  'no reviewers': { version: 1, allow: true, reasons: [], require: { reviews: [{ count: 1, from: [] }] } },
  'fewer than one review': {
    version: 1,
    allow: true,
    reasons: [],
    require: { reviews: [{ count: 0, from: ['platform'] }] },
  },
  'reasons that forge lines': { version: 1, allow: true, reasons: ['fine\nApproved by: rita@example.com'] },
};

export const asking = (reason: string, at = policyExamples.person.at): PolicyInput => ({
  ...policyExamples.person,
  at,
  request: { ...policyExamples.person.request, reason },
});

export function organisationContract(fresh: (metrics: MemoryMetrics) => OrganisationPolicy): void {
  async function judge(input: PolicyInput): Promise<Verdict & { failures: number }> {
    const metrics = new MemoryMetrics();
    const verdict = await fresh(metrics).judge(input);
    return { ...verdict, failures: metrics.counted.filter(({ name }) => name === 'PolicyFailed').length };
  }

  it.each([
    ['yes', { allow: true, reasons: [] }],
    ['yes, with a word', { allow: true, reasons: ['Mind the freeze tomorrow.'] }],
    ['no', { allow: false, reasons: ['Zoë said no 🦉'] }],
    [
      'yes, but',
      {
        allow: true,
        reasons: [],
        require: { reviews: [{ count: 2, from: ['platform'] }], maxDuration: 5400, assurance: 'signed' },
      },
    ],
  ])('hands on a verdict as it is: %s', async (reason, verdict) => {
    expect(await judge(asking(reason))).toEqual({ version: 1, ...verdict, failures: 0 });
  });

  it.each([
    ['what the rules do not answer', /it has no answer \(its rule verdict/],
    ['two answers at once', /it failed|its server answered with status 500/],
    ['nothing', /version: Invalid input: expected 1; allow:/],
    ['a word', /expected object/],
    ['true', /expected object/],
    ['null', /expected object/],
    ['a list', /expected object/],
    ['no allow', /allow: Invalid input: expected boolean/],
    ['a text for allow', /allow: Invalid input: expected boolean/],
    ['another version', /version: Invalid input: expected 1/],
    ['a key too many', /has a key that this version does not know/],
    ['yes, as a key', /\(has a key that this version does not know\)/],
    ['a requirement too many', /require: has a key that this version does not know/],
    ['no duration', /require\.maxDuration: Write a duration/],
    ['no reviewers', /require\.reviews\.0\.from/],
    ['fewer than one review', /require\.reviews\.0\.count/],
    ['no, and not why', /reasons: A refusal has to say why/],
    ['reasons that forge lines', /reasons\.0: Use plain text on one line/],
  ])('refuses, says what is wrong with the policy, and counts it: %s', async (reason, fault) => {
    const { allow, reasons, failures } = await judge(asking(reason));
    expect({ allow, failures, told: reasons.length }).toEqual({ allow: false, failures: 1, told: 1 });
    expect(reasons[0]).toMatch(
      /^The organisation's policy can't judge this request: .*Nothing is granted until/,
    );
    expect(reasons[0]).toMatch(fault);
  });

  it('repeats nothing of what was asked when it fails', async () => {
    for (const reason of [
      'what the rules do not answer',
      'two answers at once',
      'yes, as a key',
      'reasons that forge lines',
    ]) {
      const { reasons } = await judge(asking(reason));
      for (const told of [reason, 'dana', 'PAY-4711', 'payments-prod'])
        expect(reasons[0]).not.toContain(told);
    }
  });

  it('judges each request by itself, however many at once, and whatever failed before', async () => {
    const metrics = new MemoryMetrics();
    const policy = fresh(metrics);
    const reasons = [
      'yes',
      'two answers at once',
      'no',
      'what the rules do not answer',
      'yes',
      'a word',
      'no',
    ];
    const verdicts = await Promise.all(reasons.map((reason) => policy.judge(asking(reason))));
    expect(verdicts.map(({ allow }) => allow)).toEqual([true, false, false, false, true, false, false]);
    expect(verdicts[2]).toEqual(await policy.judge(asking('no')));
    expect(metrics.counted).toHaveLength(3);
  });
}
