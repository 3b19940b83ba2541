/** `curfew ui` as a process: where it listens, whom it answers, how it ends. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliOptions, type House, openHouse, type Running } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

interface Opened extends Running {
  address: URL;
}

async function started(args: string[], options: CliOptions): Promise<Opened> {
  const running = house.start(['ui', ...args], options);
  const address = await running.printed(/http:\/\/127\.0\.0\.1:\d+\/\S+/);
  return { ...running, address: new URL(address) };
}

/** Over a socket, with exactly these headers. */
function call(url: URL, method: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>(
    (resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: url.port,
          path: url.pathname,
          method,
          headers: { host: url.host, ...headers },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      request.on('error', reject);
      request.end();
    },
  );
}

it('serves on loopback alone, opens by the printed address once, and ends on Ctrl-C with 0', async () => {
  const ui = await started(['--no-open'], { as: 'pat' });
  expect(ui.address.hostname).toBe('127.0.0.1');
  const opened = await call(ui.address, 'GET');
  expect(opened.status).toBe(303);
  const cookie = String(opened.headers['set-cookie']).split(';')[0] ?? '';
  const home = new URL(opened.headers.location ?? '', ui.address);
  const page = await call(home, 'GET', { cookie });
  expect(page.status).toBe(200);
  expect(page.text).toContain('Curfew, as pat@example.com');
  expect(page.text).toContain('Kill switch');
  expect((await call(home, 'GET', { cookie, host: `evil.example:${home.port}` })).status).toBe(403);
  expect((await call(home, 'GET')).status).toBe(403);
  expect((await call(ui.address, 'GET')).status).toBe(403);
  await ui.said('opened a second time');
  expect((await call(home, 'GET', { cookie })).status).toBe(403);
  ui.kill('SIGINT');
  expect(await ui.ended).toMatchObject({ code: 0, signal: null });
  await expect(call(home, 'GET')).rejects.toThrow(/ECONNREFUSED/);
});

it('opens the browser of the machine with the address, and prints none then', async () => {
  const bin = join(house.home, 'bin');
  await mkdir(bin);
  const note = join(house.home, 'opened');
  for (const name of ['xdg-open', 'open']) {
    await writeFile(
      join(bin, name),
      `#!/bin/sh\nprintf %s "$1" > '${note}.new' && mv '${note}.new' '${note}'\n`,
    );
    await chmod(join(bin, name), 0o755);
  }
  const ui = house.start(['ui'], { as: 'rita', env: { PATH: `${bin}:${process.env.PATH}` } });
  await ui.said('Opened in your browser');
  await expect.poll(() => readFile(note, 'utf8').catch(() => ''), { timeout: 10_000 }).not.toBe('');
  const address = new URL(await readFile(note, 'utf8'));
  expect((await call(address, 'GET')).status).toBe(303);
  ui.kill('SIGTERM');
  const { code, stdout, stderr } = await ui.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).not.toContain(address.pathname);
});

it('prints the address where no browser can be opened, and as JSON for programs', async () => {
  const none = await started([], { as: 'rita', env: { PATH: '/nowhere' } });
  expect((await call(none.address, 'GET')).status).toBe(303);
  none.kill('SIGINT');
  await none.ended;
  const json = await started(['-o', 'json'], { as: 'rita' });
  json.kill('SIGINT');
  expect(JSON.parse((await json.ended).stdout)).toEqual({ address: json.address.href });
});

it('is refused to whoever is not signed in, before anything is served', async () => {
  const { code, stdout } = await house.cli(['ui', '--no-open'], { as: 'nobody' });
  expect(code).toBe(4);
  expect(stdout).toBe('');
});
