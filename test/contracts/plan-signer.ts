/** What every signer of plans must do, together with the verifier of its key. */
import { expect, it } from 'vitest';
import type { BindPlan, SignedPlan } from '#domain/plan.ts';
import type { PlanSigner, PlanVerifier } from '#ports';

export function aPlan(namespaces = ['payments']): BindPlan {
  return {
    v: 1,
    deployment: 'contract',
    requestId: '01KAJ000000000000000000001',
    cluster: {
      eksName: 'payments-prod',
      region: 'us-east-1',
      endpoint: 'https://payments-prod.example.com',
      certificateAuthority: Buffer.from('x'.repeat(1500)).toString('base64'),
    },
    bindings: namespaces.map((namespace) => ({ namespace, name: 'curfew-01kaj000000000000000000001' })),
    clusterRole: 'curfew:pod-reader:0123abcd',
    rulesDigest: 'ab'.repeat(32),
    subject: { kind: 'User', name: 'curfew:111122223333:Developer:alice@example.com' },
    expiresAt: '2026-11-21T09:00:00.000Z',
    createBefore: '2026-11-21T08:30:00.000Z',
  };
}

export function planSignerContract(
  fresh: () => Promise<{ signer: PlanSigner; verifier: PlanVerifier; stranger: PlanSigner }>,
): void {
  it('signs a plan so that the verifier accepts it, however its fields are ordered', async () => {
    const { signer, verifier } = await fresh();
    const signed = await signer.sign(aPlan());
    expect(signed.plan).toEqual(aPlan());
    expect(verifier.verify(signed)).toBe(true);
    const reordered = Object.fromEntries(Object.entries(signed.plan).reverse()) as unknown as BindPlan;
    expect(verifier.verify(JSON.parse(JSON.stringify({ ...signed, plan: reordered })))).toBe(true);
  });

  it('signs a plan of more than 4096 bytes', async () => {
    const { signer, verifier } = await fresh();
    const many = Array.from({ length: 60 }, (_, i) => `${'n'.repeat(50)}-${i}`);
    const signed = await signer.sign(aPlan(many));
    expect(JSON.stringify(signed.plan).length).toBeGreaterThan(4096);
    expect(verifier.verify(signed)).toBe(true);
  });

  it('accepts no plan that differs in any part from what was signed', async () => {
    const { signer, verifier } = await fresh();
    const { plan, signature } = await signer.sign(aPlan());
    const changed: SignedPlan['plan'][] = [
      { ...plan, deployment: 'another' },
      { ...plan, requestId: '01KAJ000000000000000000002' },
      { ...plan, cluster: { ...plan.cluster, endpoint: 'https://evil.example.com' } },
      { ...plan, cluster: { ...plan.cluster, certificateAuthority: 'AAAA' } },
      { ...plan, bindings: [...plan.bindings, { namespace: 'vault', name: 'x' }] },
      { ...plan, bindings: [] },
      { ...plan, clusterRole: 'cluster-admin' },
      { ...plan, rulesDigest: 'cd'.repeat(32) },
      { ...plan, subject: { kind: 'Group', name: plan.subject.name } },
      { ...plan, subject: { kind: 'User', name: 'curfew:111122223333:Developer:mallory@example.com' } },
      { ...plan, expiresAt: '2026-11-21T10:00:00.000Z' },
      { ...plan, createBefore: '2026-11-21T10:00:00.000Z' },
      { ...plan, extra: true } as BindPlan,
    ];
    for (const other of changed) expect(verifier.verify({ plan: other, signature })).toBe(false);
    expect(verifier.verify({ plan, signature })).toBe(true);
  });

  it("accepts neither another key's signature nor what is none", async () => {
    const { signer, verifier, stranger } = await fresh();
    const { plan, signature } = await signer.sign(aPlan());
    expect(verifier.verify(await stranger.sign(plan))).toBe(false);
    for (const text of ['', 'x', '!!!!', signature.slice(0, -8), Buffer.alloc(70).toString('base64')])
      expect(verifier.verify({ plan, signature: text })).toBe(false);
    expect(verifier.verify({ plan: undefined as unknown as BindPlan, signature })).toBe(false);
  });
}
