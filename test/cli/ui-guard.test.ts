/** `curfew ui` against other web pages, other servers of this machine, and whoever learns an address: nothing but its own pages drives it. */
import { describe, expect, it } from 'vitest';
import { stateOf } from '../http/signed-call.ts';
import { ask, authority, type Visited, visit } from './ui-visit.ts';

const own = `http://${authority}`;

/** A visit with something to answer, and the form that would. */
async function ready(): Promise<Visited & { id: string; path: string; fields: Record<string, string> }> {
  const visited = await visit('rita');
  const id = await ask(visited.door);
  const path = `/requests/${id}/answer`;
  const hidden = await visited.form(`/requests/${id}`, path);
  return { ...visited, id, path, fields: { ...hidden, answer: 'approve' } };
}

const reviewsOf = ({ door }: Visited, id: string) => door.world.inside.records.requests.get(id)?.reviews;

describe('the browser that was opened', () => {
  it('decides by the form of the page, signed as the caller', async () => {
    const visited = await ready();
    const response = await visited.post(visited.path, visited.fields);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`${visited.base}/requests/${visited.id}?done=approve`);
    expect(reviewsOf(visited, visited.id)).toMatchObject([
      { reviewer: 'rita@example.com', assurance: 'signed' },
    ]);
    expect(visited.faults).toEqual([]);
  });

  it('has a cookie that no script reads, no other site gets, and no other server of this machine', async () => {
    const { ui, base } = await visit('rita');
    const opened = await ui.fetch(
      new Request(own + ui.newOpening(), { headers: { host: authority, 'sec-fetch-site': 'none' } }),
    );
    expect(opened.headers.get('location')).toBe(`${base}/`);
    const [, ...attributes] = (opened.headers.get('set-cookie') ?? '').split('; ');
    expect(attributes.sort()).toEqual(['HttpOnly', `Path=${base}/`, 'SameSite=Strict']);
  });

  it('is told by every answer to keep nothing, tell nobody, frame nothing, and run only what is its own', async () => {
    const { get, id } = await ready();
    for (const path of ['/', `/requests/${id}`, '/nowhere', '/requests/..%2f..%2fetc']) {
      const { headers } = await get(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-frame-options')).toBe('DENY');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy.replace(/'sha256-[^']+'/g, 'HASH')).toBe(
        "default-src 'none'; style-src HASH; script-src HASH; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
    }
    const page = await (await get('/')).text();
    expect(page).not.toMatch(/<img|<link|<iframe|\son\w+=|https?:|url\(/i);
    expect(page.match(/<script>/g)).toHaveLength(1);
  });
});

describe('the one-time address', () => {
  const at = (ui: Visited['ui'], path: string, headers: Record<string, string> = {}, method = 'GET') =>
    ui.fetch(new Request(own + path, { method, headers: { host: authority, ...headers } }));

  it('opens once; a second time shuts out every browser, and says so at the terminal', async () => {
    const { ui, get, replays } = await visit('rita');
    const address = ui.newOpening();
    expect((await at(ui, address)).status).toBe(303);
    expect((await get('/')).status).toBe(200);
    const again = await at(ui, address);
    expect(again.status).toBe(403);
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(replays()).toBe(1);
    expect((await get('/')).status).toBe(403);
  });

  it('is not used up by looking ahead, and is no good after some minutes', async () => {
    const { ui, pass, replays } = await visit('rita');
    const address = ui.newOpening();
    expect((await at(ui, address, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(403);
    expect((await at(ui, address, {}, 'HEAD')).status).toBe(403);
    const other = ui.newOpening();
    expect((await at(ui, address)).status).toBe(303);
    pass(5 * 60_000);
    expect((await at(ui, other)).status).toBe(403);
    expect(replays()).toBe(0);
  });

  it('is of this run alone', async () => {
    const { ui, base } = await visit('rita');
    const other = (await visit('rita')).ui.newOpening();
    expect((await at(ui, other)).status).toBe(403);
    expect((await at(ui, `${base}/open/${other.split('/').at(-1)}`)).status).toBe(403);
    for (const beside of ['', 'a/b', 'a/../..', '%2f', 'a?b=c/..'])
      expect(await (await at(ui, `${base}/open/${beside}`)).text()).not.toContain('rita');
    expect((await at(ui, `${base}/open/`)).status).toBe(403);
  });

  it.each([
    ['by another name', { host: 'evil.example:40123' }],
    ['by another page', { 'sec-fetch-site': 'cross-site' }],
  ])('opens nothing %s', async (_, headers) => {
    const { ui } = await visit('rita');
    expect((await at(ui, ui.newOpening(), headers)).status).toBe(403);
  });
});

describe('everybody else is told nothing and changes nothing', () => {
  it.each<[string, Record<string, string>]>([
    ['without the cookie', { cookie: '' }],
    ['with another cookie', { cookie: `curfew-ui=${'A'.repeat(43)}` }],
    ['by a name that was made to lead here (DNS rebinding)', { host: 'evil.example:40123' }],
    ['by localhost', { host: 'localhost:40123' }],
    ['by another port', { host: '127.0.0.1:40124' }],
    ['by no name', { host: '' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another server of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('%s', async (_, headers) => {
    const visited = await ready();
    const before = stateOf(visited.door.world);
    for (const response of [
      await visited.get('/', headers),
      await visited.get(`/requests/${visited.id}`, headers),
      await visited.post(visited.path, visited.fields, headers),
    ]) {
      expect(response.status).toBe(403);
      const page = await response.text();
      expect(page).not.toMatch(/alice|rita|pod-reader/);
      expect(page).toContain('This page is not open to you');
    }
    expect(stateOf(visited.door.world)).toBe(before);
  });

  it.each<[string, Record<string, string>]>([
    ['from another origin', { origin: 'https://evil.example' }],
    ['from another port of this machine', { origin: 'http://127.0.0.1:40124' }],
    ['from an origin that is hidden', { origin: 'null' }],
    ['from nowhere', { origin: '' }],
    ['as typed into the address bar', { 'sec-fetch-site': 'none' }],
  ])('by a form %s, even with the cookie and its nonce', async (_, headers) => {
    const visited = await ready();
    expect((await visited.post(visited.path, visited.fields, headers)).status).toBe(403);
    expect(reviewsOf(visited, visited.id)).toEqual([]);
  });
});

describe('a form', () => {
  it.each<[string, (fields: Record<string, string>) => Record<string, string>]>([
    ['without its nonce', ({ nonce: _, ...rest }) => rest],
    [
      'with a nonce made up',
      (fields) => ({ ...fields, nonce: `${fields.nonce?.split('~')[0]}~${'0'.repeat(64)}` }),
    ],
    ['of another thing than was shown', (fields) => ({ ...fields, digest: '0'.repeat(64) })],
    ['with a field that it does not have', (fields) => ({ ...fields, assurance: 'passkey' })],
    ['without an answer', ({ answer: _, ...rest }) => rest],
    ['with another answer', (fields) => ({ ...fields, answer: 'maybe' })],
  ])('%s changes nothing', async (_, change) => {
    const visited = await ready();
    const response = await visited.post(visited.path, change(visited.fields));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Nothing was recorded');
    expect(reviewsOf(visited, visited.id)).toEqual([]);
  });

  it('for one request is none for another, nor one to answer one to end', async () => {
    const visited = await ready();
    const other = await ask(visited.door, {}, 'bob');
    const response = await visited.post(`/requests/${other}/answer`, visited.fields);
    expect(response.status).toBe(400);
    const { answer: _, ...fields } = visited.fields;
    const ended = await visited.post(`/requests/${visited.id}/end`, { ...fields, reason: 'x' });
    expect(ended.status).toBe(400);
    expect(reviewsOf(visited, other)).toEqual([]);
  });

  it('that was open for over an hour comes back, with what was typed', async () => {
    const visited = await ready();
    visited.pass(61 * 60_000);
    const response = await visited.post(visited.path, { ...visited.fields, reason: 'Known incident' });
    expect(response.status).toBe(400);
    const page = await response.text();
    expect(page).toContain('open for over an hour');
    expect(page).toContain('value="Known incident"');
    expect(reviewsOf(visited, visited.id)).toEqual([]);
  });

  it('in another type, or with a field twice, changes nothing', async () => {
    const visited = await ready();
    const json = await visited.post(visited.path, visited.fields, { 'content-type': 'application/json' });
    expect(json.status).toBe(400);
    const text = await visited.post(visited.path, visited.fields, { 'content-type': 'text/plain' });
    expect(text.status).toBe(400);
    expect(reviewsOf(visited, visited.id)).toEqual([]);
  });
});

describe('reading', () => {
  it('never changes anything, whatever the address says', async () => {
    const visited = await ready();
    const before = stateOf(visited.door.world);
    const query = new URLSearchParams(visited.fields);
    const post = `/requests/${visited.id}/answer`;
    for (const path of [
      '/',
      '/kills',
      `/requests/${visited.id}`,
      `/requests/${visited.id}?${query}`,
      `${post}?${query}`,
      `/requests/${visited.id}/end?reason=x`,
      '/kills?kind=everything&again=everything&reason=x',
    ])
      for (const headers of [{}, { 'sec-purpose': 'prefetch' }, { 'sec-fetch-site': 'none' }])
        expect([200, 404]).toContain((await visited.get(path, headers)).status);
    expect(stateOf(visited.door.world)).toBe(before);
  });

  it.each([
    '/requests/../../../../etc/passwd',
    '/requests/..%2f..%2f..%2fetc%2fpasswd',
    '/requests/%2e%2e/%2e%2e',
    '/requests/01KAJ0000000000000000000U1',
    '/requests/01KAJ000000000000000000001%2f..%2fwhoami',
    '/requests/01KAJ000000000000000000001%3Fx=y',
    '//evil.example/',
    '/\\evil.example',
  ])('%s leads nowhere, and asks the API for nothing of the kind', async (path) => {
    const visited = await visit('rita');
    const response = await visited.get(path);
    expect([403, 404]).toContain(response.status);
    expect(await response.text()).not.toContain('root:');
    expect(response.headers.get('location')).toBeNull();
  });

  it('takes no words from the address into a page', async () => {
    const { get, id } = await ready();
    const page = await (await get(`/requests/${id}?done=You+won<b>`)).text();
    expect(page).not.toContain('You won');
    expect(page).not.toContain('role="status"');
    expect(await (await get(`/requests/${id}?done=constructor`)).text()).not.toContain('role="status"');
  });
});
