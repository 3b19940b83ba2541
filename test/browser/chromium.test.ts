import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { findChromium } from '#local/browser.ts';

const dirs: string[] = [];
async function ownDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-browser-'));
  dirs.push(dir);
  return dir;
}
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true });
});

describe('a browser is found', () => {
  it('by CHROME_PATH first, and said to be wrong when it is', async () => {
    const file = join(await ownDir(), 'chrome');
    await writeFile(file, '#!/bin/sh\n', { mode: 0o755 });
    expect(await findChromium({ CHROME_PATH: file })).toMatchObject({ executable: file });
    await expect(findChromium({ CHROME_PATH: `${file}-missing` })).rejects.toThrow('CHROME_PATH');
  });

  it('on PATH next, by its usual names', async () => {
    const dir = await ownDir();
    await writeFile(join(dir, 'google-chrome'), '#!/bin/sh\n', { mode: 0o755 });
    expect(await findChromium({ PATH: `/nowhere:${dir}` })).toMatchObject({
      executable: join(dir, 'google-chrome'),
    });
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'in npm last, and that one shows a page with letters in it',
    async () => {
      const { executable, environment } = await findChromium({ PATH: '' });
      expect(existsSync(join(executable, '..', 'fonts'))).toBe(true);
      const browser = await chromium.launch({
        executablePath: executable,
        args: ['--no-sandbox', '--disable-gpu'],
        env: { ...(process.env as Record<string, string>), ...environment },
      });
      try {
        const page = await browser.newPage();
        await page.setContent('<p><span id="m">mmmm</span> <span id="i">iiii</span></p>');
        const width = (id: string) =>
          page.locator(id).evaluate((element) => (element as unknown as { offsetWidth: number }).offsetWidth);
        expect(await width('#m')).toBeGreaterThan(await width('#i'));
      } finally {
        await browser.close();
      }
    },
  );
});
