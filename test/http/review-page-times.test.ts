/** The review page of a grant that is to start later, and of one that is to go on: what each answer means, and when. */
import { describe, expect, it } from 'vitest';
import { answered, asked, askedToExtend } from './review-link.ts';
import { submission } from './signed-call.ts';

const rita = 'rita@example.com';
const startsAt = '2026-11-21T15:00:00Z';

const wordsOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the page of a grant that is to start later', () => {
  it('says when it starts and ends, and that a yes opens nothing yet', async () => {
    const { door, linkOf } = await asked({ ...submission, startsAt });
    const page = wordsOf(await (await door.get(linkOf(rita))).text());
    expect(page).toContain('When from Sat 21 Nov 2026, 15:00 UTC until 15:30 UTC, then it ends by itself.');
    expect(page).toContain(
      'If you approve, nothing opens yet: access starts Sat 21 Nov 2026, 15:00 UTC and ends by itself: Sat 21 Nov 2026, 15:30 UTC.',
    );
    expect(page).not.toContain('opens at once');
  });

  it('says that a yes opens it at once when its start has passed, and that its end stays', async () => {
    const { door, linkOf } = await asked({ ...submission, startsAt: '2026-11-21T08:10:00Z' });
    door.world.inside.clock.advanceTo('2026-11-21T08:20:00.000Z');
    const page = wordsOf(await (await door.get(linkOf(rita))).text());
    expect(page).toContain('access opens at once and ends by itself: Sat 21 Nov 2026, 08:40 UTC');
  });

  it('says, once approved, that access waits for its time', async () => {
    const { door, linkOf } = await asked({ ...submission, startsAt });
    const page = wordsOf(await (await answered(door, linkOf(rita), 'approve')).text());
    expect(page).toContain('It is approved.');
    expect(page).not.toContain('being opened');
  });
});

describe('the page of an extension', () => {
  it('says what it continues, since when, how long in all, and what no answer means', async () => {
    const { door, linkOf, extended } = await askedToExtend();
    const page = wordsOf(await (await door.get(linkOf(rita))).text());
    expect(page).toContain('alice@example.com asks to keep pod-reader on payments-prod for 30 minutes more');
    expect(page).toContain(`Continues the grant ${extended.id}`);
    expect(page).toContain('Has access since Sat 21 Nov 2026, 08:00 UTC');
    expect(page).toContain('How long 30 minutes more, 1 hour in all');
    expect(page).toContain('If you approve, access goes on without a gap');
    expect(page).toContain('nobody answers, access ends as it was given: Sat 21 Nov 2026, 08:30 UTC.');
  });
});
