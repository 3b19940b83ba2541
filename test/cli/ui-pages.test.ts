/** What the pages of `curfew ui` show and do, on the API's own app. */
import { describe, expect, it } from 'vitest';
import { Unavailable } from '#domain/errors.ts';
import { aCaller } from '../builders/caller.ts';
import { stored } from '../builders/world.ts';
import { aDoor, type Door } from '../http/signed-call.ts';
import { ask, type Visited, visit } from './ui-visit.ts';

const textOf = async (response: Promise<Response>) =>
  (await (await response).text())
    .replace(/<script>[\s\S]*<\/script>|<style>[\s\S]*<\/style>/g, '')
    .replace(/\s+/g, ' ');
const record = (door: Door, id: string) => door.world.inside.records.requests.get(id);

async function sent(visited: Visited, page: string, path: string, fields: Record<string, string>) {
  return visited.post(path, { ...(await visited.form(page, path)), ...fields });
}

describe('the first page', () => {
  it('shows what waits, who has access and until when, and what is on its way', async () => {
    const door = aDoor();
    const live = await stored(door.world.records, { status: 'active', caller: aCaller('bob') });
    await stored(door.world.records, { status: 'revoked' });
    const id = await ask(door);
    const page = await textOf((await visit('rita', door)).get('/'));
    expect(page).toContain('Waits for you <span class="count">(1)</span>');
    expect(page).toContain(`/requests/${id}"`);
    expect(page).toContain('alice@example.com asks for pod-reader on payments-prod for 30 minutes');
    expect(page).toContain('Has access right now <span class="count">(1)</span>');
    expect(page).toContain(`<time datetime="${live.grant?.expiresAt}" data-ends`);
    const mine = await textOf((await visit('alice', door)).get('/'));
    expect(mine).toContain('Nothing waits for you.');
    expect(mine).toContain('On its way <span class="count">(1)</span>');
    expect(mine).not.toContain('Kill switch');
  });

  it('says so where there is nothing', async () => {
    const page = await textOf((await visit('bob')).get('/'));
    expect(page).toContain('Nothing waits for you.');
    expect(page).toContain('Nobody, as far as it concerns you.');
  });

  it('shows markup and turned text of others as text', async () => {
    const door = aDoor();
    await stored(door.world.records, { asked: { reason: '<script>alert(1)</script>\u202e\u0007' } });
    const page = await textOf((await visit('rita', door)).get('/'));
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('\u202e');
  });
});

describe('the page of a request', () => {
  it('takes a no with its reason, and shows where it stands then', async () => {
    const visited = await visit('rita');
    const id = await ask(visited.door);
    const page = `/requests/${id}`;
    await sent(visited, page, `${page}/answer`, { answer: 'deny', reason: 'Use the dashboard' });
    const after = await textOf(visited.get(`${page}?done=deny`));
    expect(after).toContain('You denied it. Your answer is on record.');
    expect(after).toContain('denied by rita@example.com');
    expect(after).toContain('Use the dashboard');
    expect(after).not.toContain('<form');
  });

  it('shows what else they have, and the whole timeline', async () => {
    const visited = await visit('rita');
    await stored(visited.door.world.records, { status: 'active' });
    const id = await ask(visited.door, { role: 'deployer' });
    const page = await textOf(visited.get(`/requests/${id}`));
    expect(page).toContain('What else they have');
    expect(page).toContain('pod-reader on payments-prod, namespace payments (ends in ');
    expect(page).toContain('submitted, pending');
    expect(page).toContain('Think of this first');
  });

  it('ends access early, with a reason and not without', async () => {
    const visited = await visit('pat');
    const { id } = await stored(visited.door.world.records, { status: 'active' });
    const page = `/requests/${id}`;
    const without = await sent(visited, page, `${page}/end`, { reason: ' ' });
    expect(without.status).toBe(400);
    expect(await without.text()).toContain('Say why.');
    expect(record(visited.door, id)?.endRequested).toBeUndefined();
    const done = await sent(visited, page, `${page}/end`, { reason: 'laptop lost' });
    expect(done.status).toBe(303);
    expect(record(visited.door, id)?.endRequested).toMatchObject({
      by: 'pat@example.com',
      reason: 'laptop lost',
    });
    expect(await textOf(visited.get(page))).not.toContain('End this access now');
  });

  it('lets one look back at a use of break-glass', async () => {
    const visited = await visit('rita');
    const id = await ask(visited.door, { role: 'deployer', breakGlass: true });
    await visited.door.post(`/v1/requests/${id}/revoke`, { reason: 'over' }, aCaller('alice'));
    expect(await textOf(visited.get('/'))).toContain('Look back at: ');
    const page = `/requests/${id}`;
    await sent(visited, page, `${page}/after-review`, { verdict: 'dispute', reason: 'No incident' });
    expect(record(visited.door, id)?.afterReview?.answer).toMatchObject({ verdict: 'dispute' });
  });

  it('says so where somebody else was faster', async () => {
    const visited = await visit('rita');
    const id = await ask(visited.door);
    const path = `/requests/${id}/answer`;
    const fields = { ...(await visited.form(`/requests/${id}`, path)), answer: 'approve' };
    await visited.door.post(
      `/v1/requests/${id}/reviews`,
      { answer: 'deny', digest: record(visited.door, id)?.digest },
      aCaller('rob'),
    );
    const response = await visited.post(path, fields);
    expect(response.status).toBe(409);
    const page = await textOf(Promise.resolve(response));
    expect(page).toContain('is denied already');
    expect(page).not.toContain('value="approve"');
  });

  it('is not there for those it does not concern', async () => {
    const visited = await visit('bob');
    const id = await ask(visited.door);
    const response = await visited.get(`/requests/${id}`);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('pod-reader');
  });

  it('says that the API is away, and what is not known then', async () => {
    const visited = await visit('rita');
    const id = await ask(visited.door);
    visited.door.world.records.read = async () => {
      throw new Unavailable('DynamoDB does not answer.');
    };
    const response = await visited.get(`/requests/${id}`);
    expect(response.status).toBe(502);
    expect(await textOf(Promise.resolve(response))).toContain('Curfew did not answer that');
  });
});

describe('the kill switch', () => {
  const order = {
    kind: 'person',
    value: 'alice@example.com',
    again: 'alice@example.com',
    reason: 'laptop stolen',
  };

  it('is put on and off by operators, and told of', async () => {
    const visited = await visit('pat');
    const on = await sent(visited, '/kills', '/kills', order);
    expect(on.headers.get('location')).toBe(`${visited.base}/kills?done=on`);
    const page = await textOf(visited.get('/kills?done=on'));
    expect(page).toContain('person alice@example.com');
    expect(page).toContain('laptop stolen');
    expect(page).toContain('nothing of that is opened from now on');
    const [id] = [...visited.door.world.inside.kills.orders.keys()];
    expect((await sent(visited, '/kills', `/kills/${id}/lift`, { reason: '' })).status).toBe(400);
    await sent(visited, '/kills', `/kills/${id}/lift`, { reason: 'laptop wiped' });
    expect(await textOf(visited.get('/kills'))).toContain('Lifted by pat@example.com');
  });

  it.each([
    ['not written twice', { again: '' }, 'Write what to end once more.'],
    ['written twice, not alike', { again: 'bob@example.com' }, 'is not the same'],
    ['without a name', { value: '' }, 'Say which one.'],
    ['of everything with a name', { kind: 'everything', again: 'everything' }, 'Everything needs no name'],
    [
      'of everything without the word',
      { kind: 'everything', value: '', again: 'yes' },
      'the word everything',
    ],
    ['without a reason', { reason: ' ' }, 'Say why.'],
  ])('%s does nothing, and keeps what was typed', async (_, change, says) => {
    const visited = await visit('pat');
    const response = await sent(visited, '/kills', '/kills', { ...order, ...change });
    expect(response.status).toBe(400);
    expect(await textOf(Promise.resolve(response))).toContain(says);
    expect(visited.door.world.inside.kills.orders.size).toBe(0);
  });

  it('is not there for others', async () => {
    const visited = await visit('rita');
    expect((await visited.get('/kills')).status).toBe(404);
    expect((await visited.post('/kills', { ...order, nonce: 'x' })).status).toBe(404);
  });
});
