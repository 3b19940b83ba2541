/** The pages of `curfew ui` on the API's own app, visited as a browser would. */
import type { Api } from '../../cli/api/client.ts';
import { AnsweredError } from '../../cli/failures.ts';
import { createUi, type Ui, type UiApi } from '../../cli/ui/app.ts';
import { aCaller, type PersonName } from '../builders/caller.ts';
import { aDoor, type Door, type Reply, submission } from '../http/signed-call.ts';

export const authority = '127.0.0.1:40123';

async function read<T>(reply: Reply): Promise<T> {
  const body = await reply.json();
  if (reply.status < 400) return body as T;
  throw new AnsweredError(body.code, reply.status, body.detail ?? body.title);
}

/** The API as somebody, without a network: what the CLI's client does by signed calls. */
export function apiOf(door: Door, as: PersonName): UiApi & Pick<Api, 'list'> {
  const caller = aCaller(as);
  const get = async <T>(path: string): Promise<T> => read(await door.get(path, caller));
  const post = async <T>(path: string, body: unknown): Promise<T> =>
    read(await door.post(path, body, caller));
  return {
    list: ({ scope, limit, cursor }) =>
      get(`/v1/requests?scope=${scope}&limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`),
    show: (id) => get(`/v1/requests/${id}`),
    review: (id, body) => post(`/v1/requests/${id}/reviews`, body),
    reviewAfterwards: (id, body) => post(`/v1/requests/${id}/after-review`, body),
    revoke: (id, reason) => post(`/v1/requests/${id}/revoke`, { reason }),
    catalog: () => get('/v1/catalog'),
    kills: ({ limit }) => get(`/v1/kills?limit=${limit}`),
    kill: (scope, reason) => post('/v1/kills', { scope, reason }),
    liftKill: (id, reason) => post(`/v1/kills/${id}/lift`, { reason }),
  };
}

export interface Visited {
  door: Door;
  ui: Ui;
  /** Path before every page's own. */
  base: string;
  cookie: string;
  /** How often the one-time address was opened again. */
  replays(): number;
  faults: unknown[];
  /** As the browser that was opened; `headers` go over what it sends by itself. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** Hidden fields of the form that goes to this path, on the page. */
  form(page: string, path: string): Promise<Record<string, string>>;
  pass(ms: number): void;
}

/** Headers of nobody are taken out. */
const sent = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));

export async function visit(as: PersonName, door = aDoor()): Promise<Visited> {
  let replays = 0;
  const faults: unknown[] = [];
  const ui = createUi({
    api: apiOf(door, as),
    me: `${as}@example.com`,
    operator: as === 'pat',
    authority: () => authority,
    now: () => new Date(door.world.clock.now()),
    replayed: () => {
      replays += 1;
    },
    log: (error) => faults.push(error),
  });
  const call = async (method: string, path: string, headers: Record<string, string>, body?: string) =>
    ui.fetch(
      new Request(`http://${authority}${path}`, {
        method,
        headers: sent(headers),
        ...(body === undefined ? {} : { body }),
      }),
    );
  const opening = ui.newOpening();
  const opened = await call('GET', opening, { host: authority, 'sec-fetch-site': 'none' });
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const base = `/${opening.split('/')[1]}`;
  const own = { host: authority, cookie, 'sec-fetch-site': 'same-origin' };
  const get = (path: string, headers: Record<string, string> = {}) =>
    call('GET', base + path, { ...own, ...headers });
  return {
    ...{ door, ui, base, cookie, faults, get },
    replays: () => replays,
    post: (path, fields, headers = {}) =>
      call(
        'POST',
        base + path,
        {
          ...own,
          origin: `http://${authority}`,
          'content-type': 'application/x-www-form-urlencoded',
          ...headers,
        },
        new URLSearchParams(fields).toString(),
      ),
    async form(page, path) {
      const text = await (await get(page)).text();
      const [, inside = ''] = new RegExp(`action="${base}${path}"[^>]*>([\\s\\S]*?)</form>`).exec(text) ?? [];
      const hidden = inside.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
      return Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, value]));
    },
    pass: (ms) => door.world.inside.clock.advance(ms),
  };
}

export async function ask(door: Door, more: object = {}, as: PersonName = 'alice'): Promise<string> {
  return (await (await door.post('/v1/requests', { ...submission, ...more }, aCaller(as))).json()).id;
}
