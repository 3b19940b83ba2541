/** A real browser for the tests of a file, servers on loopback for it to visit, and pictures for people to look at. */
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchChromium } from '#local/browser.ts';

export interface Visited {
  page: Page;
  /** What the browser complained about, such as breaches of the content security policy. */
  complaints: string[];
  /** Every address it asked for. */
  fetched: string[];
}

export interface Browsing {
  /** Serves on loopback until the test ends; answers with the origin. */
  listening(fetch: (request: Request) => Response | Promise<Response>): Promise<string>;
  /** A page of a browser without any past. */
  fresh(options?: BrowserContextOptions): Promise<Visited>;
  /** Closed when the test ends. */
  closing(thing: { close(): Promise<unknown> }): void;
}

/** One browser for all tests of a file; each test's pages and servers end with it. */
export function browsing(): Browsing {
  let browser: Browser;
  const open: { close(): Promise<unknown> }[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
  });
  return {
    closing: (thing) => open.push(thing),
    async listening(fetch) {
      const server = await new Promise<ServerType>((done) => {
        const started = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () => done(started));
      });
      open.push({ close: () => new Promise((done) => server.close(done)) });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async fresh(options = {}) {
      const context = await browser.newContext(options);
      open.push(context);
      const page = await context.newPage();
      const complaints: string[] = [];
      const fetched: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => fetched.push(`${request.method()} ${new URL(request.url()).pathname}`));
      return { page, complaints, fetched };
    },
  };
}

/** Kept where CURFEW_SCREENSHOTS says, to be looked at by people. */
export async function pictured(page: Page, name: string): Promise<void> {
  const dir = process.env.CURFEW_SCREENSHOTS;
  if (!dir) return;
  await mkdir(dir, { recursive: true });
  await page.screenshot({ path: join(dir, `${name}.png`), fullPage: true });
}

/** Waits for the page with this heading: a click returns before its page has come. */
export const shows = (page: Page, title: string | RegExp) =>
  page.getByRole('heading', { level: 1, name: title }).waitFor({ timeout: 10_000 });
