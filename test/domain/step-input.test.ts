import { describe, expect, it } from 'vitest';
import {
  closeStep,
  endStep,
  holdStep,
  requestStep,
  signedPlan,
  sweepEvent,
  unbindPlan,
  waitingStep,
} from '#domain/step-input.ts';

const requestId = '01K9Z3T5V7X9ABCDEFGHJKMNPQ';
const cluster = {
  eksName: 'payments-prod',
  region: 'eu-west-1',
  endpoint: 'https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com',
  certificateAuthority: 'LS0tLS1CRUdJTg==',
};
const binding = { namespace: 'payments', name: `curfew-${requestId.toLowerCase()}` };
const instants = { createBefore: '2026-11-21T10:00:30.000Z' };
const plan = {
  v: 1,
  deployment: 'curfew',
  requestId,
  cluster,
  bindings: [binding],
  clusterRole: 'curfew:pod-reader:01234567',
  rulesDigest: 'a'.repeat(64),
  subject: { kind: 'User', name: 'curfew:111122223333:dev:alice@example.com' },
  expiresAt: '2026-11-21T10:30:00.000Z',
  ...instants,
};
const ending = {
  v: 1,
  deployment: 'curfew',
  requestId,
  cluster,
  bindings: [{ ...binding, uid: 'b8a1' }],
  notBefore: '2026-11-21T10:30:00.000Z',
  ...instants,
};

describe('input of steps that grant', () => {
  it('is taken as it was made, since its signature covers every field', () => {
    const signed = { plan, signature: 'MEUCIQ==' };
    expect(signedPlan.parse(signed)).toEqual(signed);
  });

  it.each([
    ['another version', { ...plan, v: 2 }],
    ['an unknown field', { ...plan, force: true }],
    ['no RoleBinding', { ...plan, bindings: [] }],
    ['an address that is not https', { ...plan, cluster: { ...cluster, endpoint: 'http://127.0.0.1' } }],
    ['a time that is no time', { ...plan, createBefore: 'tomorrow' }],
    ['a subject of another kind', { ...plan, subject: { kind: 'ServiceAccount', name: 'x' } }],
  ])('is refused with %s', (_, wrong) => {
    expect(signedPlan.safeParse({ plan: wrong, signature: 'MEUCIQ==' }).success).toBe(false);
  });

  it.each([
    {},
    { requestId: 'x' },
    { requestId: `${requestId}#`, taskToken: 't' },
    { requestId, taskToken: '' },
  ])('is refused without a request and its token: %j', (wrong) => {
    expect(waitingStep.safeParse(wrong).success).toBe(false);
    expect(holdStep.safeParse({ bindings: [binding], ...wrong }).success).toBe(false);
    if (!('taskToken' in wrong)) expect(requestStep.safeParse(wrong).success).toBe(false);
  });
});

describe('input of steps that end', () => {
  it.each([{ requestId }, { requestId, cause: null }, { requestId, cause: { odd: true } }])(
    'is taken whatever the cause: %j',
    (input) => {
      expect(endStep.parse(input)).toEqual({ requestId });
    },
  );

  it('keeps a cause in words, shortened', () => {
    expect(endStep.parse({ requestId, cause: 'States.Timeout' })).toEqual({
      requestId,
      cause: 'States.Timeout',
    });
    expect(endStep.parse({ requestId, cause: 'x'.repeat(5000) })).toEqual({
      requestId,
      cause: 'x'.repeat(200),
    });
  });

  it('is taken from another release, which may have said more', () => {
    expect(unbindPlan.parse({ ...ending, later: 1 })).toEqual(ending);
    expect(unbindPlan.parse({ ...ending, retried: true }).retried).toBe(true);
    const unbound = { unboundAt: instants.createBefore, found: true };
    expect(closeStep.parse({ requestId, unbound: { ...unbound, later: 1 }, later: 1 })).toEqual({
      requestId,
      unbound,
    });
  });

  it('has to say what was proven', () => {
    expect(closeStep.safeParse({ requestId, unbound: {} }).success).toBe(false);
  });
});

describe('what wakes the sweep', () => {
  it('is a schedule that says which minute it is for', () => {
    const event = { 'detail-type': 'Scheduled Event', time: '2026-11-21T12:03:00Z', detail: {} };
    expect(sweepEvent.parse(event)).toEqual({ dueAt: '2026-11-21T12:03:00.000Z' });
    expect(sweepEvent.parse({ ...event, time: 'some time' })).toEqual({});
  });

  it('is a schedule, which names no request, or an execution, which is named after its request', () => {
    expect(sweepEvent.parse({})).toEqual({});
    expect(sweepEvent.parse({ 'detail-type': 'Scheduled Event', detail: {} })).toEqual({});
    expect(sweepEvent.parse({ detail: { name: 'started-by-hand' } })).toEqual({});
    expect(sweepEvent.parse({ source: 'aws.states', detail: { name: requestId, status: 'FAILED' } })).toEqual(
      {
        requestId,
      },
    );
  });
});
