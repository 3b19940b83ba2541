import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApp } from '#http/app.ts';
import { aCaller } from '../builders/caller.ts';
import { type Asked, asked, askedToExtend } from '../http/review-link.ts';
import { stateOf, submission } from '../http/signed-call.ts';
import { browsing, pictured, shows, type Visited } from './browsing.ts';

const rita = 'rita@example.com';
const phone = { width: 360, height: 740 };

/** Runs in the page. */
const lowestContrast = await readFile(new URL('lowest-contrast.js', import.meta.url), 'utf8');

const { fresh, listening } = browsing();

/** Serves the app of a world below a stage, as API Gateway does; answers with the address of a path. */
async function served({ door }: Asked): Promise<(path: string) => string> {
  const app = createApp(door.world, { log: { error: console.error } });
  const origin = await listening(app.fetch);
  return (path) => `${origin}/curfew${path}`;
}

async function visit(
  story: Asked,
  options: BrowserContextOptions = {},
  reviewer = rita,
): Promise<Asked & Visited> {
  const address = await served(story);
  const visited = await fresh(options);
  await visited.page.goto(address(story.linkOf(reviewer)));
  return { ...story, ...visited };
}

describe('in a real browser, a reviewer', () => {
  it('approves by click', async () => {
    const { page, now, complaints, fetched, linkOf } = await visit(await asked());
    await pictured(page, 'open');
    await shows(page, 'alice@example.com asks for pod-reader');
    await page.getByRole('button', { name: 'Approve' }).click();
    await shows(page, 'You approved this request');
    await pictured(page, 'approved');
    expect(now()).toMatchObject({ status: 'approved', reviews: [{ reviewer: rita, assurance: 'link' }] });
    expect(complaints).toEqual([]);
    const path = `/curfew${linkOf(rita)}`;
    expect(fetched.filter((call) => !call.endsWith('/favicon.ico'))).toEqual([`GET ${path}`, `POST ${path}`]);
  });

  it('denies by click, with a note', async () => {
    const { page, now } = await visit(await asked({ ...submission, role: 'deployer' }));
    await pictured(page, 'open-risky');
    await page.getByLabel('Note for the record').fill('Wait for the release freeze to end');
    await page.getByRole('button', { name: 'Deny' }).click();
    await shows(page, 'You denied this request');
    await pictured(page, 'denied');
    expect(now()).toMatchObject({
      status: 'denied',
      reviews: [{ answer: 'deny', reason: 'Wait for the release freeze to end' }],
    });
  });

  it('approves with the keyboard alone, and Enter in the note decides nothing', async () => {
    const { page, door, now } = await visit(await asked());
    const before = stateOf(door.world);
    await page.keyboard.press('Tab');
    await page.keyboard.type('Known incident');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(300);
    expect(stateOf(door.world)).toBe(before);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Approve');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await pictured(page, 'keyboard');
    await page.keyboard.press('Enter');
    await shows(page, 'You approved this request');
    expect(now().reviews).toMatchObject([{ answer: 'approve', reason: 'Known incident' }]);
  });

  it('denies with the keyboard alone', async () => {
    const { page, now } = await visit(await asked());
    for (let n = 0; n < 3; n++) await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await shows(page, 'You denied this request');
    expect(now().status).toBe('denied');
  });

  it('needs no JavaScript', async () => {
    const { page, now } = await visit(await asked(), { javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Approve' }).click();
    await shows(page, 'You approved this request');
    expect(now().status).toBe('approved');
  });

  it('can do it all on a phone: nothing runs off the side, and buttons are big', async () => {
    const story = await asked(
      { ...submission, role: 'deployer', reason: `${'x'.repeat(200)} ${'long words '.repeat(20)}` },
      aCaller('ci'),
    );
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await visit(story, { viewport: phone, hasTouch: true, isMobile: true, colorScheme });
      await pictured(page, `phone-${colorScheme}`);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(phone.width);
      for (const name of ['Approve', 'Deny']) {
        const box = await page.getByRole('button', { name }).boundingBox();
        expect(box?.height).toBeGreaterThanOrEqual(48);
        expect(box?.width).toBeGreaterThanOrEqual(280);
      }
    }
    const { page, now } = await visit(story, { viewport: phone, hasTouch: true, isMobile: true });
    await page.getByRole('button', { name: 'Approve' }).tap();
    await shows(page, 'You approved this request');
    await pictured(page, 'phone-approved');
    expect(now().reviews).toHaveLength(1);
  });

  it.each(['light', 'dark'] as const)(
    'sees on a phone in %s mode when a later start is, and what an extension continues',
    async (colorScheme) => {
      const scheduled = await asked({ ...submission, startsAt: '2026-11-21T15:00:00Z' });
      const stories = { scheduled, extension: await askedToExtend() };
      for (const [name, story] of Object.entries(stories)) {
        const { page } = await visit(story, { viewport: phone, hasTouch: true, isMobile: true, colorScheme });
        await pictured(page, `phone-${name}-${colorScheme}`);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          phone.width,
        );
        const { ratio, text } = await page.evaluate<{ ratio: number; text: string }>(lowestContrast);
        expect(ratio, text).toBeGreaterThanOrEqual(4.5);
        await page.getByRole('button', { name: 'Approve' }).tap();
        await shows(page, 'You approved this request');
        await pictured(page, `phone-${name}-approved-${colorScheme}`);
      }
    },
  );

  it('who goes back and presses again is told that the answer stands', async () => {
    const { page, now } = await visit(await asked({ ...submission, role: 'deployer' }));
    await page.getByRole('button', { name: 'Approve' }).click();
    await shows(page, 'You approved this request');
    await page.goBack();
    const deny = page.getByRole('button', { name: 'Deny' });
    if (await deny.isVisible()) await deny.click();
    await shows(page, 'This request has your answer already');
    await pictured(page, 'used');
    expect(now().reviews).toMatchObject([{ answer: 'approve' }]);
  });

  it('who is too late, or comes second, is told so', async () => {
    const story = await asked();
    const { page } = await visit(story);
    await page.getByRole('button', { name: 'Deny' }).click();
    await shows(page, 'You denied this request');
    const second = await visit(story, {}, 'rob@example.com');
    await shows(second.page, 'This request was decided already');
    await pictured(second.page, 'decided');
    const late = await asked();
    const open = await visit(late);
    late.door.world.inside.clock.advanceTo(late.now().reviewBy);
    await open.page.getByRole('button', { name: 'Approve' }).click();
    await shows(open.page, 'The time to answer is over');
    await pictured(open.page, 'expired');
    expect(late.now().status).toBe('pending');
  });

  it('sees what was wrong, and keeps what was typed, when a page was open for too long', async () => {
    const { page, door, now } = await visit(await asked());
    await page.getByLabel('Note for the record').fill('Known incident');
    door.world.inside.clock.advance(2 * 3_600_000);
    await page.getByRole('button', { name: 'Approve' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('Nothing was recorded');
    expect(await page.getByLabel('Note for the record').inputValue()).toBe('Known incident');
    await pictured(page, 'stale');
    await page.getByRole('button', { name: 'Approve' }).click();
    await shows(page, 'You approved this request');
    expect(now().status).toBe('approved');
  });
});

describe('a browser that only loads the page', () => {
  it('changes nothing, as mail scanners that run a browser must not', async () => {
    const story = await asked();
    const before = stateOf(story.door.world);
    const { page } = await visit(story);
    await page.mouse.wheel(0, 2000);
    await page.reload();
    await page.waitForTimeout(500);
    expect(stateOf(story.door.world)).toBe(before);
  });

  it('may not run a script, even one that got into the page', async () => {
    const { page } = await visit(await asked());
    const ran = await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      'ran' in window;
    `);
    expect(ran).toBe(false);
  });

  it('may not frame the page', async () => {
    const story = await asked();
    const address = await served(story);
    const frame = `<iframe src="${address(story.linkOf(rita))}"></iframe>`;
    const other = await listening(
      () => new Response(`<p>Win a prize</p>${frame}`, { headers: { 'content-type': 'text/html' } }),
    );
    const { page } = await fresh();
    await page.goto(other, { waitUntil: 'load' });
    expect(page.frames()).toHaveLength(2);
    const texts = await Promise.all(page.frames().map((framed) => framed.content()));
    expect(texts.join('')).toContain('Win a prize');
    expect(texts.join('')).not.toContain('alice@example.com');
  });
});

describe('for eyes and screen readers, the page', () => {
  it.each(['light', 'dark'] as const)('has enough contrast in %s mode', async (colorScheme) => {
    const { page } = await visit(await asked({ ...submission, role: 'deployer' }, aCaller('ci')), {
      colorScheme,
    });
    await pictured(page, `open-${colorScheme}`);
    const { ratio, text } = await page.evaluate<{ ratio: number; text: string }>(lowestContrast);
    expect(ratio, text).toBeGreaterThanOrEqual(4.5);
  });

  it('has a language, one main part, one heading of the first level, and names for all controls', async () => {
    const { page } = await visit(await asked());
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    const snapshot = await page.locator('main').ariaSnapshot();
    for (const line of [
      'textbox "Note for the record',
      'button "Approve"',
      'button "Deny"',
      'heading "Role pod-reader',
    ]) {
      expect(snapshot).toContain(line);
    }
    expect(snapshot.match(/- button/g)).toHaveLength(2);
  });

  it('can be zoomed to twice its size on a small screen without losing anything', async () => {
    const { page } = await visit(await asked(), {
      viewport: { width: 320, height: 640 },
      bypassCSP: true,
    });
    await page.addStyleTag({ content: 'html { font-size: 200%; }' });
    await pictured(page, 'zoomed');
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  });
});

describe('the mail, shown as HTML', () => {
  it.each(['light', 'dark'] as const)('is readable in %s mode, wide and on a phone', async (colorScheme) => {
    const { door } = await asked({ ...submission, role: 'deployer' });
    const [mail] = door.world.inside.mailer.sent;
    for (const viewport of [phone, { width: 900, height: 900 }]) {
      const { page } = await fresh({ colorScheme, viewport });
      await page.setContent(mail?.html ?? '');
      await pictured(page, `mail-${colorScheme}-${viewport.width}`);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        viewport.width,
      );
      const { ratio, text } = await page.evaluate<{ ratio: number; text: string }>(lowestContrast);
      expect(ratio, text).toBeGreaterThanOrEqual(4.5);
    }
  });
});
