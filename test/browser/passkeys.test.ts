/** Passkeys end to end in a real browser: Chromium's virtual authenticator, our pages and their script, the real verification. */
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { webAuthn } from '#adapters/web-authn.ts';
import { createApp } from '#http/app.ts';
import { launchChromium } from '#local/browser.ts';
import { confirmPasskey, enrolPasskey, revokeOnesPasskey } from '#operations/passkeys.ts';
import { aCaller, type PersonName } from '../builders/caller.ts';
import { type Asked, asked, mailing } from '../http/review-link.ts';
import { submission } from '../http/signed-call.ts';

const rita = 'rita@example.com';

let browser: Browser;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type World = Asked['door']['world'];

interface House {
  world: World;
  /** Where the pages are: `localhost` is a domain, and browsers trust it without TLS. */
  origin: string;
  page: Page;
  device: CDPSession;
  authenticatorId: string;
}

async function served(world: World): Promise<string> {
  const app = createApp(world, { log: { error: console.error } });
  const server = await new Promise<ServerType>((done) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => done(started));
  });
  closing.push(() => new Promise((done) => server.close(done)));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** A browser of somebody with a device that knows who touches it. */
async function visitor(): Promise<Pick<House, 'page' | 'device' | 'authenticatorId'>> {
  const context = await browser.newContext();
  closing.push(() => context.close());
  const page = await context.newPage();
  const device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, device, authenticatorId };
}

async function house(): Promise<House> {
  const world = mailing();
  const origin = await served(world);
  world.pages = { url: `${origin}/curfew`, domain: 'localhost' };
  world.authenticators = webAuthn(world.pages);
  return { world, origin, ...(await visitor()) };
}

const shows = (page: Page, title: string) =>
  page.getByRole('heading', { level: 1, name: title }).waitFor({ timeout: 20_000 });

/** Made on the page, and confirmed by another with the code that the page shows. */
async function enrol({ world, page }: House, who: PersonName, by: PersonName): Promise<string> {
  const { link, passkey } = await enrolPasskey(world, { caller: aCaller(who), name: 'phone' });
  await page.goto(link);
  await page.getByRole('button', { name: 'Make the passkey' }).click();
  await shows(page, 'Your passkey is made, and waits for a second person');
  const code = await page.locator('.why code').innerText();
  await confirmPasskey(world, { caller: aCaller(by), id: passkey.id, code });
  return passkey.id;
}

async function ask({ world }: House, duration = '30m'): Promise<Asked> {
  return asked({ ...submission, duration }, aCaller('alice'), world);
}

const press = (page: Page) => page.getByRole('button', { name: 'Approve with your passkey' }).click();
const alert = (page: Page) => page.getByRole('alert').first().innerText();

describe('in a real browser, a reviewer', () => {
  it('makes a passkey, and approves with it by two presses', async () => {
    const home = await house();
    const complaints: string[] = [];
    home.page.on('console', (message) => complaints.push(message.text()));
    home.page.on('pageerror', (error) => complaints.push(error.message));
    const id = await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    await home.page.goto(`${home.origin}/curfew${story.linkOf(rita)}`);
    await press(home.page);
    await shows(home.page, 'You approved this request');
    expect(story.now()).toMatchObject({
      status: 'approved',
      reviews: [{ reviewer: rita, assurance: 'passkey', passkey: { id } }],
    });
    expect(complaints).toEqual([]);
  });

  it('denies without touching it', async () => {
    const home = await house();
    await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    await home.device.send('WebAuthn.setUserVerified', {
      authenticatorId: home.authenticatorId,
      isUserVerified: false,
    });
    await home.page.goto(`${home.origin}/curfew${story.linkOf(rita)}`);
    await home.page.getByRole('button', { name: 'Deny' }).click();
    await shows(home.page, 'You denied this request');
    expect(story.now().reviews).toMatchObject([{ answer: 'deny', assurance: 'link' }]);
  });

  it('who is not who the device knows approves nothing, and is told so on the page', async () => {
    const home = await house();
    await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    await home.device.send('WebAuthn.setUserVerified', {
      authenticatorId: home.authenticatorId,
      isUserVerified: false,
    });
    await home.page.goto(`${home.origin}/curfew${story.linkOf(rita)}`);
    await press(home.page);
    await home.page.getByRole('alert').waitFor();
    expect(await alert(home.page)).toContain('nothing was sent');
    expect(story.now().reviews).toEqual([]);
    await home.device.send('WebAuthn.setUserVerified', {
      authenticatorId: home.authenticatorId,
      isUserVerified: true,
    });
    await press(home.page);
    await shows(home.page, 'You approved this request');
  });

  it('N17: whom a mail was forwarded to approves nothing, with a passkey of their own neither', async () => {
    const home = await house();
    await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    const other: House = { ...home, ...(await visitor()) };
    await enrol(other, 'rob', 'rita');
    await other.page.goto(`${home.origin}/curfew${story.linkOf(rita)}`);
    await press(other.page);
    await other.page.getByRole('alert').waitFor();
    expect(await alert(other.page)).toContain('nothing was sent');
    // Even where the browser is made to offer it.
    const signed = await other.page.evaluate<string>(`(async () => {
      const { get } = JSON.parse(document.querySelector('form').dataset.passkey);
      get.allowCredentials = [];
      const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
      const made = await navigator.credentials.get({ publicKey: { ...get, challenge: bytes(get.challenge) } });
      document.querySelector('[name=signed]').value = JSON.stringify(made.toJSON());
      return made.id;
    })()`);
    expect(signed).not.toBe('');
    await other.page.getByRole('button', { name: 'Approve with your passkey' }).click();
    await other.page.getByRole('heading', { name: 'Nothing was recorded' }).waitFor();
    expect(await alert(other.page)).toContain(`not a passkey of ${rita}`);
    expect(story.now().reviews).toEqual([]);
  });

  it('with a revoked passkey is offered nothing to approve with that was', async () => {
    const home = await house();
    const id = await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    await home.page.goto(`${home.origin}/curfew${story.linkOf(rita)}`);
    await revokeOnesPasskey(home.world, { caller: aCaller('pat'), id, reason: 'phone lost' });
    await press(home.page);
    await home.page.getByRole('heading', { name: 'Nothing was recorded' }).waitFor();
    expect(await alert(home.page)).toContain('was revoked');
    expect(story.now().reviews).toEqual([]);
  });

  it('with a copied passkey, whose counter went back, is refused and told', async () => {
    const home = await house();
    const id = await enrol(home, 'rita', 'rob');
    const { device, authenticatorId } = home;
    const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId });
    const first = await ask(home);
    await home.page.goto(`${home.origin}/curfew${first.linkOf(rita)}`);
    await press(home.page);
    await shows(home.page, 'You approved this request');
    const [copy] = credentials;
    if (!copy) throw new Error('The authenticator has no credential.');
    await device.send('WebAuthn.clearCredentials', { authenticatorId });
    await device.send('WebAuthn.addCredential', { authenticatorId, credential: { ...copy, signCount: 0 } });
    const second = await ask(home, '31m');
    await home.page.goto(`${home.origin}/curfew${second.linkOf(rita)}`);
    await press(home.page);
    await home.page.getByRole('heading', { name: 'Nothing was recorded' }).waitFor();
    expect(await alert(home.page)).toContain('somebody may have a copy');
    expect(second.now().reviews).toEqual([]);
    expect((await home.world.passkeys.read(id))?.suspected).toBeDefined();
  });
});

describe('what a passkey signed in a browser', () => {
  /** Presses the button, and keeps the form from being sent. */
  async function signedForm({ page, origin }: House, story: Asked): Promise<URLSearchParams> {
    const path = `${origin}/curfew${story.linkOf(rita)}`;
    await page.goto(path);
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.route(path, (route, request) =>
      request.method() === 'POST' ? route.abort() : route.continue(),
    );
    await press(page);
    const body = (await sent).postData() ?? '';
    await page.unroute(path);
    return new URLSearchParams(body);
  }

  const post = (url: string, form: URLSearchParams) => fetch(url, { method: 'POST', body: form });

  it('N11, N18: is good once, and for no other request', async () => {
    const home = await house();
    await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    const other = await ask(home, '31m');
    const form = await signedForm(home, story);
    const elsewhere = await signedForm(home, other);
    elsewhere.set('signed', form.get('signed') ?? '');
    const refused = await post(`${home.origin}/curfew${other.linkOf(rita)}`, elsewhere);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('another request')]);
    const address = `${home.origin}/curfew${story.linkOf(rita)}`;
    expect((await post(address, form)).status).toBe(200);
    expect((await post(address, form)).status).toBe(410);
    expect(story.now().reviews).toHaveLength(1);
    expect(other.now().reviews).toEqual([]);
  });

  it('on a page that only looks like ours, on another origin, is refused', async () => {
    const home = await house();
    await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    // The same domain on another port: another origin, to which the browser gives passkeys of the domain.
    const lookalike = await served(home.world);
    const form = await signedForm({ ...home, origin: lookalike }, story);
    const refused = await post(`${home.origin}/curfew${story.linkOf(rita)}`, form);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('another site')]);
    expect(story.now().reviews).toEqual([]);
  });
});

describe('a browser that only loads the page', () => {
  it('N14: uses no passkey and makes none, however long it runs the script', async () => {
    const home = await house();
    await enrol(home, 'rita', 'rob');
    const story = await ask(home);
    const { link } = await enrolPasskey(home.world, { caller: aCaller('rita'), name: 'laptop' });
    const kept = JSON.stringify([...home.world.inside.passkeys.kept]);
    for (const address of [link, `${home.origin}/curfew${story.linkOf(rita)}`]) {
      await home.page.goto(address);
      await home.page.mouse.wheel(0, 2000);
      await home.page.reload();
      await home.page.waitForTimeout(500);
    }
    expect(JSON.stringify([...home.world.inside.passkeys.kept])).toBe(kept);
    expect(story.now().reviews).toEqual([]);
  });

  it('may run no other script, even one that got into the page', async () => {
    const home = await house();
    const { link } = await enrolPasskey(home.world, { caller: aCaller('rita'), name: 'laptop' });
    await home.page.goto(link);
    const ran = await home.page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      'ran' in window;
    `);
    expect(ran).toBe(false);
  });
});
