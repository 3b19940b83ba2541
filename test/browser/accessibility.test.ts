/** Every page and mail there is, checked by axe for what keeps people from using it: no violation, light and dark, phone and desk. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApp } from '#http/app.ts';
import { aCaller } from '../builders/caller.ts';
import { answered, asked, askedToExtend } from '../http/review-link.ts';
import { submission } from '../http/signed-call.ts';
import { browsing } from './browsing.ts';
import { servedUi, uiStory } from './ui-stories.ts';

const rita = 'rita@example.com';
const { fresh, listening, closing } = browsing();

interface Found {
  violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
  passes: unknown[];
}

/** Put in from outside, as the policy of the page allows no script of others. */
async function expectNoBarrier(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<Found>('axe.run(document, { resultTypes: ["violations"] })');
  const words = found.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
  );
  expect(words, name).toEqual([]);
  expect(found.passes.length, name).toBeGreaterThan(5);
}

const devices = [
  { colorScheme: 'light', viewport: { width: 1000, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const;

describe.each(devices)('in $colorScheme mode, $viewport.width wide', (device) => {
  it('the review page and all that a link can lead to', async () => {
    const open = await asked({ ...submission, role: 'deployer' }, aCaller('ci'));
    const extension = await askedToExtend();
    const used = await asked();
    await answered(used.door, used.linkOf(rita), 'approve');
    const decided = await asked();
    await answered(decided.door, decided.linkOf(rita), 'deny');
    const late = await asked();
    late.door.world.inside.clock.advanceTo(late.now().reviewBy);
    const pages = {
      open: [open, open.linkOf(rita)],
      extension: [extension, extension.linkOf(rita)],
      used: [used, used.linkOf(rita)],
      decided: [decided, decided.linkOf('rob@example.com')],
      late: [late, late.linkOf(rita)],
      unknown: [open, `/review/${'x'.repeat(43)}`],
    } as const;
    for (const [name, [story, path]] of Object.entries(pages)) {
      const app = createApp(story.door.world, { log: { error: () => undefined } });
      const origin = await listening(app.fetch);
      const { page } = await fresh({ ...device, bypassCSP: true });
      await page.goto(`${origin}/curfew${path}`);
      await expectNoBarrier(page, name);
    }
  });

  it('an answer that was taken, and one that was not', async () => {
    const story = await asked();
    const app = createApp(story.door.world, { log: { error: () => undefined } });
    const origin = await listening(app.fetch);
    const { page } = await fresh({ ...device, bypassCSP: true });
    await page.goto(`${origin}/curfew${story.linkOf(rita)}`);
    story.door.world.inside.clock.advance(2 * 3_600_000);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alert').waitFor();
    await expectNoBarrier(page, 'notice');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'You approved this request' }).waitFor();
    await expectNoBarrier(page, 'answered');
  });

  it('all pages of curfew ui', async () => {
    const story = await uiStory();
    const order = { scope: { kind: 'person', value: 'bob@example.com' }, reason: 'laptop stolen' };
    const serving = await servedUi(story.door, 'pat');
    closing(serving);
    const reviewers = await servedUi(story.door, 'rita');
    closing(reviewers);
    const { page } = await fresh({ ...device, bypassCSP: true });
    await page.goto(reviewers.newAddress());
    await expectNoBarrier(page, 'overview');
    const base = page.url();
    for (const id of [story.waiting, story.live, story.emergency]) {
      await page.goto(`${base}requests/${id}`);
      await expectNoBarrier(page, 'request');
    }
    await page.goto(`${base}nowhere`);
    await expectNoBarrier(page, 'not found');
    await page.goto(serving.newAddress());
    const operators = page.url();
    await page.goto(`${operators}kills`);
    await expectNoBarrier(page, 'kill switch');
    await story.door.post('/v1/kills', order, aCaller('pat'));
    await page.goto(`${operators}kills`);
    await page.getByText('Lift it').click();
    await expectNoBarrier(page, 'kill order');
    const stranger = await fresh({ ...device, bypassCSP: true });
    await stranger.page.goto(base);
    await expectNoBarrier(stranger.page, 'stranger');
  });

  it('the mail', async () => {
    const { door } = await asked({ ...submission, role: 'deployer' });
    const { page } = await fresh(device);
    await page.setContent(door.world.inside.mailer.sent[0]?.html ?? '');
    await expectNoBarrier(page, 'mail');
  });
});
