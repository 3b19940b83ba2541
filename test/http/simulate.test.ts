import { describe, expect, it } from 'vitest';
import { aCaller } from '../builders/caller.ts';
import { aDoor, stateOf, submission } from './signed-call.ts';

describe('a simulation', () => {
  it('says what would be decided, who would be asked and what it would allow, and leaves no trace', async () => {
    const door = aDoor();
    const before = stateOf(door.world);
    const reply = await door.post('/v1/simulate', submission, aCaller('alice'));
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({
      decision: { outcome: 'review', reviewsNeeded: 1, risk: { factors: [{ name: 'first-time' }] } },
      reviewers: ['rita@example.com', 'rob@example.com'],
      resolved: { rules: [{ resources: expect.arrayContaining(['pods']) }] },
    });
    expect(stateOf(door.world)).toBe(before);
  });

  it('answers a refusal as a decision, and decides as the request itself is decided', async () => {
    const door = aDoor();
    const asked = { ...submission, namespaces: ['kube-system'] };
    const simulated = await (await door.post('/v1/simulate', asked, aCaller('alice'))).json();
    expect(simulated.decision).toMatchObject({ outcome: 'refuse', matched: ['namespaces'] });
    const reply = await door.post('/v1/requests', asked, aCaller('alice'));
    expect((await reply.json()).detail).toBe(simulated.decision.reasons.join(' '));
  });

  it('is refused for what is no request', async () => {
    expect(
      (await aDoor().post('/v1/simulate', { ...submission, duration: 'soon' }, aCaller('alice'))).status,
    ).toBe(400);
  });
});
