/** Durations, instants, digests, submissions, role bindings: the small values everything is made of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownSubject } from '#domain/claim.ts';
import { canonicalJson, digestOf } from '#domain/digest.ts';
import { formatDuration, parseDuration } from '#domain/duration.ts';
import { errorTable, outcomeOf } from '#domain/error-table.ts';
import * as errors from '#domain/errors.ts';
import { requestDigest, submissionSchema } from '#domain/request.ts';
import { grantsSame, isOurs, marks, roleBindingsOf } from '#domain/role-binding.ts';
import { aRecord } from '../builders/request.ts';

describe('a duration', () => {
  it('survives being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 * 3600 }), (s) => parseDuration(formatDuration(s)) === s),
    );
  });
  it.each(['', '5', 'h', '-5m', '1.5h', '5 m', '5m5m', '1e3s', 'PT5M', '５m'])('is not %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('a digest', () => {
  it('does not depend on the order of keys, and on everything else', () => {
    expect(canonicalJson({ b: 1, a: [2, 1] })).toBe('{"a":[2,1],"b":1}');
    expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
    expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
  });
  it('of a request covers all that a reviewer answers for (N18)', () => {
    const { request } = aRecord();
    const { asked, subject, resolved } = request;
    const others = [
      { ...request, asked: { ...asked, durationSeconds: asked.durationSeconds + 1 } },
      { ...request, asked: { ...asked, namespaces: ['checkout'] } },
      { ...request, asked: { ...asked, reason: 'another' } },
      { ...request, subject: { ...subject, roleId: 'AROAOTHER' } },
      { ...request, resolved: { ...resolved, rules: [] } },
      { ...request, id: 'another' },
    ];
    expect(new Set([request, ...others].map(requestDigest)).size).toBe(others.length + 1);
  });
});

describe('a submission', () => {
  const good = { cluster: 'c', namespaces: ['a'], role: 'r', duration: '5m', reason: 'x' };
  it('comes out with seconds and trimmed text', () => {
    expect(submissionSchema.parse({ ...good, reason: ' x ' })).toMatchObject({ duration: 300, reason: 'x' });
  });
  it.each([
    { namespaces: [] },
    { namespaces: ['Upper'] },
    { namespaces: Array.from({ length: 11 }, (_, i) => `n${i}`) },
    { duration: 300 },
    { duration: '0s' },
    { reason: '' },
    { reason: 'two\nlines' },
    { reason: 'bell\u0007' },
    { reason: 'right-to-left \u202e override' },
    { reason: 'x'.repeat(501) },
    { ticket: 'A\r\nBcc: x' },
    { requester: 'mallory' },
    { subject: { kind: 'principal' } },
  ])('refuses %j (N01, N45, N46)', (change) => {
    expect(submissionSchema.safeParse({ ...good, ...change }).success).toBe(false);
  });
});

describe('a role binding', () => {
  const { request } = aRecord({ status: 'granting' });
  const plan = {
    v: 1 as const,
    deployment: 'd',
    requestId: request.id,
    cluster: { eksName: 'c', region: 'r', endpoint: 'e', certificateAuthority: '' },
    bindings: request.grant?.bindings ?? [],
    clusterRole: 'curfew:r:00000000',
    rulesDigest: '',
    subject: knownSubject(request).kubernetes,
    expiresAt: request.grant?.expiresAt ?? '',
    createBefore: request.grant?.createBefore ?? '',
  };
  const [wanted] = roleBindingsOf(plan);
  if (!wanted) throw new Error('the plan has no binding');

  it('is ours by manager, deployment and request, all three', () => {
    expect(isOurs(wanted, 'd', request.id)).toBe(true);
    expect(isOurs(wanted, 'other', request.id)).toBe(false);
    expect(isOurs(wanted, 'd', 'other')).toBe(false);
    const unmarked = {
      ...wanted,
      metadata: { ...wanted.metadata, labels: { ...wanted.metadata.labels, [marks.managedBy]: 'helm' } },
    };
    expect(isOurs(unmarked, 'd', request.id)).toBe(false);
  });

  it('grants the same only with the same role, the one subject and the same times', () => {
    const [subject] = wanted.subjects;
    if (!subject) throw new Error('no subject');
    expect(grantsSame(structuredClone(wanted), wanted)).toBe(true);
    expect(grantsSame({ ...wanted, roleRef: { ...wanted.roleRef, name: 'cluster-admin' } }, wanted)).toBe(
      false,
    );
    expect(grantsSame({ ...wanted, subjects: [] }, wanted)).toBe(false);
    expect(
      grantsSame({ ...wanted, subjects: [subject, { ...subject, name: 'curfew:mallory' }] }, wanted),
    ).toBe(false);
    const longer = { ...wanted.metadata.annotations, [marks.expiresAt]: '2099-01-01T00:00:00.000Z' };
    expect(grantsSame({ ...wanted, metadata: { ...wanted.metadata, annotations: longer } }, wanted)).toBe(
      false,
    );
  });
});

describe('the error table', () => {
  const classes = Object.entries(errors).filter(([name]) => name !== 'CurfewError');
  it.each(classes)('knows %s by its own name', (name, made) => {
    const error = new (made as new (message: string) => Error)('x');
    expect(error.name).toBe(name);
    expect(outcomeOf(error)).toBe(errorTable[name as keyof typeof errorTable]);
  });
  it('turns the unknown into 500 without detail, to be tried again', () => {
    expect(outcomeOf(new Error('secret'))).toMatchObject({ status: 500, retry: true });
    expect(outcomeOf({ name: 'NotApproved' })).toMatchObject({ status: 500 });
  });
});
