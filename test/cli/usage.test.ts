import { describe, expect, it } from 'vitest';
import { actOf } from '#domain/usage/act.ts';
import { summaryOf } from '#domain/usage/summary.ts';
import { joinUsage, noUsage, usageOfAct } from '#domain/usage/usage.ts';
import { usageView } from '#http/usage-view.ts';
import { usageInWords } from '../../cli/views/usage.ts';
import { line, type Sample } from '../domain/usage/lines.ts';

const told = (samples: readonly Sample[], endedAt?: string) => {
  const usage = samples.map((name) => usageOfAct(actOf(line(name), 'authorizer'))).reduce(joinUsage, noUsage);
  const bindings = [{ namespace: 'payments', name: 'x' }];
  return usageInWords(usageView.parse(summaryOf(usage, { bindings, ...(endedAt ? { endedAt } : {}) })));
};

describe('what curfew show says of the use of a grant', () => {
  it('is what was touched, how, and from where', () => {
    const text = told(['allowed-secret-get', 'denied-secret-get', 'exec-complete']).join('\n');
    expect(text).toContain('Touched: 3 requests, 1 refused');
    expect(text).toMatch(/secrets +payments +get +1 +1 +db/);
    expect(text).toContain('Ran: sh');
    expect(text).not.toContain('outlive');
  });

  it('is what outlives it, and that the end is not confirmed', () => {
    const text = told(['exec-started'], '2026-11-21T10:00:00.000Z').join('\n');
    expect(text).toContain('May outlive it (high): exec of pods/web1/exec in payments');
    expect(text).toContain('lines are missing or on their way');
  });

  it('is nothing where no line has told of it', () => {
    expect(told([])).toEqual([]);
  });
});
