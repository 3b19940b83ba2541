/** A ClusterRole that isn't Curfew's comes to allow more at the worst moments: its grant is asked for again or never made. */
import { expect, it } from 'vitest';
import { calm } from './cloud/fate.ts';
import type { History } from './people/history.ts';
import { play } from './play.ts';

/** What `points` call fails from the approval on, until the role has come to allow more. */
const widenedWhile = (points: string[]): History => ({
  seed: 4,
  asks: [
    {
      atSecond: 1,
      who: 'alice',
      role: 'viewer',
      namespaces: ['payments'],
      seconds: 120,
      answers: [{ afterSeconds: 4, by: 'rita', answer: 'approve', via: 'mail', digest: 'shown' }],
      sequels: [],
    },
  ],
  mishaps: [{ what: 'widen a role', atSecond: 7, seconds: 400 }],
  weather: { ...calm, outages: [{ fromSecond: 4, seconds: 4, points, fate: 'before' }] },
});

it.each<[string, string[], RegExp]>([
  ['before it is looked at for the grant', ['cluster.connect'], /OpenGrant ends: AskedAgain/],
  ['when the intent is written and the plan not yet signed', ['signer.'], /BindRole ends: ClusterNotReady/],
  [
    'when the plan is signed and its RoleBinding not yet made',
    ['cluster.refusesForbidden'],
    /BindRole ends: ClusterNotReady/,
  ],
])('%s', async (_, points, told) => {
  const { broken, granted, story } = await play(widenedWhile(points), { told: true });
  expect(broken?.message).toBeUndefined();
  expect(granted).toBe(0);
  expect(story.join('\n')).toMatch(told);
});
