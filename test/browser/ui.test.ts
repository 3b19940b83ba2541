/** `curfew ui` in a real browser: answered, ended and killed by click, live, without JavaScript, and by nobody else's page. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aCaller } from '../builders/caller.ts';
import { stateOf } from '../http/signed-call.ts';
import { browsing, pictured, shows } from './browsing.ts';
import { servedUi, uiStory, unrulyStory } from './ui-stories.ts';

const { fresh, listening, closing } = browsing();
const record = ({ door }: Awaited<ReturnType<typeof uiStory>>, id: string) =>
  door.world.inside.records.requests.get(id);

async function opened(as: 'rita' | 'pat' | 'alice', options = {}, made = uiStory()) {
  const story = await made;
  const serving = await servedUi(story.door, as);
  closing(serving);
  const visited = await fresh(options);
  await visited.page.goto(serving.newAddress());
  await shows(visited.page, 'Access now');
  return { ...story, story, serving, ...visited };
}

describe('in a real browser', () => {
  it('a reviewer answers what waits in two clicks from the first page', async () => {
    const { page, story, waiting, complaints } = await opened('rita');
    await page.getByRole('link', { name: /bob@example\.com asks for deployer/ }).click();
    await shows(page, /bob@example\.com asks for deployer/);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('status').getByText('You approved it.').waitFor();
    expect(record(story, waiting)?.reviews).toMatchObject([
      { reviewer: 'rita@example.com', assurance: 'signed' },
    ]);
    expect(complaints).toEqual([]);
  });

  it('works without JavaScript: access is ended, with a reason', async () => {
    const { page, story, live } = await opened('pat', { javaScriptEnabled: false });
    await page.getByRole('link', { name: `Look, or end it: ${live}` }).click();
    await page.getByLabel('Why').fill('laptop lost');
    await page.getByRole('button', { name: 'End this access now' }).click();
    await page.getByText('The end is on record').waitFor();
    expect(record(story, live)?.endRequested).toMatchObject({ reason: 'laptop lost' });
  });

  it('Enter in the note decides nothing', async () => {
    const { page, story, waiting } = await opened('rita');
    await page
      .getByRole('link', { name: /asks for deployer/ })
      .first()
      .click();
    const note = page.getByLabel('Note for the record');
    if (!(await note.isVisible())) return;
    await note.fill('Known incident');
    await page.keyboard.press('Enter');
    await sleep(300);
    expect(record(story, waiting)?.reviews).toEqual([]);
  });

  it('an operator kills and lifts', async () => {
    const { page, door } = await opened('pat');
    await page.getByRole('link', { name: 'Kill switch' }).click();
    await page.getByLabel('A person, by the name of their sessions').check();
    await page.getByLabel('Which one').fill('bob@example.com');
    await page.getByLabel('The same once more').fill('bob@example.com');
    await page.getByRole('textbox', { name: 'Why' }).last().fill('laptop stolen');
    await page.getByRole('button', { name: 'End it now' }).click();
    await page.getByText('It is on').waitFor();
    expect([...door.world.inside.kills.orders.values()]).toMatchObject([
      { scope: { value: 'bob@example.com' } },
    ]);
    await page.getByText('Lift it').click();
    await page.getByLabel('Why it can be lifted').fill('laptop wiped');
    await page.getByRole('button', { name: /^Lift the kill switch/ }).click();
    await page.getByText('It is off').waitFor();
  });

  it('it counts down, and shows what others did without being loaded again', async () => {
    const { page, door, story, waiting } = await opened('rita');
    const left = () => page.locator('td time[data-ends]').first().innerText();
    const first = await left();
    expect(first).toMatch(/^\d+m \d+s$/);
    await expect.poll(left, { timeout: 5000 }).not.toBe(first);
    await page.getByText('Waits for you (2)').waitFor();
    const { digest } = record(story, waiting) ?? {};
    await door.post(`/v1/requests/${waiting}/reviews`, { answer: 'deny', digest }, aCaller('rob'));
    await page.getByText('Waits for you (1)').waitFor({ timeout: 20_000 });
  });

  it('another server of this machine is not sent the cookie, and another page can neither read nor post', async () => {
    const { page, story, live, serving, door } = await opened('pat');
    const target = new URL(page.url());
    const path = `${target.pathname}requests/${live}/end`;
    const seen: (string | null)[] = [];
    const other = await listening((request) => {
      seen.push(request.headers.get('cookie'));
      const form = `<form method="post" action="${target.origin}${path}"><input name="reason" value="x"><button>Win</button></form>`;
      return new Response(`<p>Prize</p>${form}<iframe src="${target.href}"></iframe>`, {
        headers: { 'content-type': 'text/html' },
      });
    });
    const before = stateOf(door.world);
    await page.goto(other);
    const read = await page.evaluate<string>(
      `fetch('${target.href}', { credentials: 'include' }).then((r) => r.text(), () => 'refused')`,
    );
    expect(read).toBe('refused');
    for (const frame of page.frames()) expect(await frame.content()).not.toContain('bob@example.com');
    await page.getByRole('button', { name: 'Win' }).click();
    await shows(page, 'This page is not open to you');
    expect(stateOf(door.world)).toBe(before);
    expect(record(story, live)?.endRequested).toBeUndefined();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((cookie) => cookie === null)).toBe(true);
    expect(serving.faults).toEqual([]);
    await page.goto(target.href);
    await shows(page, 'Access now');
  });

  it('may not run a script that got into the page', async () => {
    const { page } = await opened('rita');
    const ran = await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      'ran' in window;
    `);
    expect(ran).toBe(false);
  });
});

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const wide = { viewport: { width: 1100, height: 800 } };

describe('to look at', () => {
  it.each(['light', 'dark'] as const)(
    'fits a phone and a desk in %s mode, full and empty, whatever is written',
    async (colorScheme) => {
      for (const [size, device] of Object.entries({ phone, wide })) {
        const fits = async (page: Awaited<ReturnType<typeof opened>>['page'], name: string) => {
          await pictured(page, `ui-${name}-${size}-${colorScheme}`);
          const width = await page.evaluate<number>('document.documentElement.scrollWidth');
          expect(width, name).toBeLessThanOrEqual(device.viewport.width);
        };
        const { page, waiting, live, emergency } = await opened('rita', { ...device, colorScheme });
        await fits(page, 'overview');
        const base = page.url();
        for (const [name, id] of Object.entries({ waiting, live, emergency })) {
          await page.goto(`${base}requests/${id}`);
          await fits(page, name);
        }
        const unruly = await opened('pat', { ...device, colorScheme }, unrulyStory());
        await fits(unruly.page, 'unruly');
        await unruly.page.getByRole('link', { name: 'Kill switch' }).click();
        await shows(unruly.page, 'Kill switch');
        await fits(unruly.page, 'kills');
      }
    },
  );
});
