/** The inbox by key, on the API's own app: what is shown, what is sent, and that nothing is sent by accident. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { RequestView } from '#http/request-view.ts';
import type { Api } from '../../cli/api/client.ts';
import { AnsweredError, CancelledByUser } from '../../cli/failures.ts';
import { answerByKey } from '../../cli/inbox/answer-by-key.ts';
import { waitingFor } from '../../cli/inbox/waiting.ts';
import { openKeys } from '../../cli/terminal/keys.ts';
import { aCaller } from '../builders/caller.ts';
import { stored } from '../builders/world.ts';
import { aDoor, type Door, type Reply, submission } from '../http/signed-call.ts';

async function read<T>(reply: Reply): Promise<T> {
  const body = await reply.json();
  if (reply.status < 400) return body as T;
  throw new AnsweredError(body.code, reply.status, body.detail ?? body.title);
}

type Asked = Pick<Api, 'list' | 'show' | 'review' | 'reviewAfterwards' | 'catalog'>;

function apiOf(door: Door, as: 'rita' | 'rob'): Asked {
  const caller = aCaller(as);
  return {
    list: async (query) =>
      read(await door.get(`/v1/requests?${new URLSearchParams({ ...query, limit: '1' })}`, caller)),
    show: async (id) => read(await door.get(`/v1/requests/${id}`, caller)),
    review: async (id, body) => read(await door.post(`/v1/requests/${id}/reviews`, body, caller)),
    reviewAfterwards: async (id, body) =>
      read(await door.post(`/v1/requests/${id}/after-review`, body, caller)),
    catalog: async () => read(await door.get('/v1/catalog', caller)),
  };
}

/** Goes through rita's inbox with these keys and lines; `between` runs before each key. */
async function inbox(door: Door, keys: string, lines: string[] = [], before?: () => Promise<unknown>) {
  const api = apiOf(door, 'rita');
  const items = await waitingFor(api);
  await before?.();
  const left = [...keys];
  const printed: string[] = [];
  const terminal = {
    print: (text: string | readonly string[]) => printed.push(...[text].flat()),
    progress: (text: string) => printed.push(text),
    style: (_: string, text: string) => text,
  };
  const went = await answerByKey(
    {
      ...{ api, terminal, catalog: await api.catalog() },
      keys: {
        next: async () => {
          const key = left.shift();
          if (key === undefined) throw new CancelledByUser('Stopped.');
          return key;
        },
      },
      askLine: async () => lines.shift() ?? '',
    },
    items,
  );
  return { went, left: left.join(''), said: printed.join('\n') };
}

async function ask(door: Door, more: object = {}): Promise<RequestView> {
  return (await door.post('/v1/requests', { ...submission, ...more }, aCaller('alice'))).json();
}

const record = (door: Door, { id }: RequestView) => door.world.inside.records.requests.get(id);

describe('the inbox', () => {
  it('shows a request in full, and approves it by two keys, signed', async () => {
    const door = aDoor();
    await stored(door.world.records, { status: 'active' });
    const request = await ask(door, { role: 'deployer' });
    const { went, said } = await inbox(door, 'ay');
    for (const told of [
      'alice@example.com',
      'In short',
      'Can read and change deployments',
      'Beware',
      submission.reason,
      'INC-1042',
      '30m',
      'Has besides',
      'pod-reader on payments-prod, namespace payments (',
    ])
      expect(said).toContain(told);
    expect(went).toEqual({ answered: 1, skipped: [] });
    expect(said).toContain('Approved: deployer on payments-prod');
    expect(said).toContain('Still waiting for');
    expect(record(door, request)?.reviews).toMatchObject([
      { reviewer: 'rita@example.com', answer: 'approve', assurance: 'signed' },
    ]);
  });

  it('sends nothing by one key alone, by others, or without a reason to deny', async () => {
    const door = aDoor();
    const request = await ask(door);
    const { went, said, left } = await inbox(door, 'yx\u001bands');
    expect(left).toBe('');
    expect(went).toMatchObject({ answered: 0, skipped: [{ id: request.id }] });
    expect(said).toContain('"y" means nothing here.');
    expect(said).not.toContain('\u001b');
    expect(record(door, request)?.reviews).toEqual([]);
  });

  it('denies with a reason, skips, and quits in between', async () => {
    const door = aDoor();
    const [first, second, third] = [await ask(door), await ask(door), await ask(door)];
    const { went, said } = await inbox(door, 'dsq', ['Use the dashboard']);
    expect(record(door, first)).toMatchObject({
      status: 'denied',
      reviews: [{ reason: 'Use the dashboard' }],
    });
    expect(went.skipped.map(({ id }) => id)).toEqual([second.id, third.id]);
    expect(said).toContain('3 of 3');
  });

  it('says so where somebody else was faster, before or after it was shown, and goes on', async () => {
    const door = aDoor();
    const [first, second] = [await ask(door), await ask(door)];
    const { went, said } = await inbox(door, 'ay', [], () =>
      apiOf(door, 'rob').review(first.id, { answer: 'deny', digest: first.digest }),
    );
    expect(said).toContain('nothing to answer. It is denied meanwhile, by rob@example.com.');
    expect(went.answered).toBe(1);
    expect(record(door, second)?.status).toBe('approved');
    const third = await ask(door);
    const api = apiOf(door, 'rita');
    const show = api.show;
    const raced: Asked = {
      ...api,
      show: async (id) => {
        const shown = await show(id);
        await apiOf(door, 'rob').review(id, { answer: 'approve', digest: third.digest });
        return shown;
      },
    };
    const printed: string[] = [];
    const late = await answerByKey(
      {
        ...{ api: raced, catalog: await api.catalog(), askLine: async () => '' },
        terminal: {
          print: () => undefined,
          progress: (line) => printed.push(line),
          style: (_, text) => text,
        },
        keys: {
          next: (
            (keys) => async () =>
              keys.shift() ?? 'q'
          )(['a', 'y']),
        },
      },
      [third],
    );
    expect(late).toEqual({ answered: 0, skipped: [] });
    expect(printed.at(-1)).toMatch(/^Not recorded\. Request .* is approved already/);
  });

  it('lets one look back at a use of break-glass, with its timeline', async () => {
    const door = aDoor();
    const taken = await ask(door, { role: 'deployer', breakGlass: true });
    await door.post(`/v1/requests/${taken.id}/revoke`, { reason: 'over' }, aCaller('alice'));
    const { went, said } = await inbox(door, 'd', ['There was no incident']);
    expect(went.answered).toBe(1);
    expect(said).toContain('Timeline');
    expect(said).toContain('Disputed: deployer');
    expect(record(door, taken)?.afterReview?.answer).toMatchObject({ verdict: 'dispute' });
  });

  it('shows what others wrote, and obeys none of it', async () => {
    const door = aDoor();
    await stored(door.world.records, { asked: { reason: 'מתן גישה\u001b[2J\u202e בבקשה' } });
    const { said } = await inbox(door, 's');
    expect(said).toContain('מתן גישה\\u{1b}[2J\\u{202e} בבקשה');
  });
});

describe('keys at a terminal', () => {
  function terminal() {
    let now = 0;
    const raw: boolean[] = [];
    const input = Object.assign(new EventEmitter(), {
      setRawMode: (on: boolean) => raw.push(on),
      resume: () => undefined,
      pause: () => undefined,
    });
    const keys = openKeys(input as never, () => now);
    const type = (text: string, after = 1000) => {
      now += after;
      input.emit('data', Buffer.from(text));
    };
    return { keys, type, raw, input };
  }

  it('count alone, and only once the question could be read', async () => {
    const { keys, type, raw } = terminal();
    const next = keys.next();
    type('a', 100);
    type('ay');
    type('\u001b[A');
    type('D');
    expect(await next).toBe('d');
    expect(raw).toEqual([true, false]);
  });

  it.each(['\u0003', '\u0004', 'ab\u0003'])('%j ends it at once', async (typed) => {
    const { keys, type, input } = terminal();
    const next = keys.next();
    type(typed, 0);
    await expect(next).rejects.toBeInstanceOf(CancelledByUser);
    expect(input.listenerCount('data')).toBe(0);
  });
});
