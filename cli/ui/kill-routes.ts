/** The page of the kill switch, and the forms that put it on and off. */
import type { Context, Hono } from 'hono';
import { CurfewError } from '#domain/errors.ts';
import { faultInWords, type Status, type UiWorld } from './app.ts';
import { checkForm, fieldsOf, formNonce, forms, parsed, scopeOf } from './forms.ts';
import { killsPage } from './pages/kills.ts';

const idShape = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

const doneWords = new Map(
  Object.entries({
    on: 'It is on: nothing of that is opened from now on, and what is live is being ended.',
    off: 'It is off: access of that can be asked for and opened again.',
  }),
);

interface Told {
  status?: Status;
  done?: string | undefined;
  notice?: string;
  typed?: Record<string, string>;
}

const orderPath = '/kills';
const liftPath = (id: string) => `/kills/${id}/lift`;

async function showKills(c: Context, world: UiWorld, told: Told = {}) {
  const { api, place, key, send } = world;
  const { items } = await api.kills({ limit: 50 });
  const now = world.now();
  const page = killsPage(place, {
    ...{ orders: items, now, done: told.done, notice: told.notice },
    nonceOf: (form) => formNonce(key, form === 'order' ? orderPath : liftPath(form.slice(5)), '', now),
    ...(told.typed ? { typed: told.typed } : {}),
  });
  return send(c, page, told.status);
}

export function mountKills(app: Hono, world: UiWorld): void {
  const { api, place, key } = world;
  app.get(`${place.base}/kills`, (c) =>
    showKills(c, world, { done: doneWords.get(c.req.query('done') ?? '') }),
  );
  const taking = async (
    c: Context,
    carryOut: (fields: Record<string, string>) => Promise<'on' | 'off'>,
  ): Promise<Response> => {
    let typed: Record<string, string> = {};
    try {
      typed = fieldsOf(c.req.header('content-type'), await c.req.text());
      return c.redirect(`${place.base}/kills?done=${await carryOut(typed)}`, 303);
    } catch (error) {
      if (!(error instanceof CurfewError)) throw error;
      const { status, says } = faultInWords(error);
      if (status === 502) throw error;
      return showKills(c, world, { status, notice: says, typed });
    }
  };
  app.post(`${place.base}${orderPath}`, (c) =>
    taking(c, async (fields) => {
      const form = parsed(forms.order, fields);
      checkForm(key, orderPath, form, world.now());
      await api.kill(scopeOf(form), form.reason);
      return 'on';
    }),
  );
  app.post(`${place.base}/kills/:id/lift`, (c) => {
    const id = c.req.param('id');
    if (!idShape.test(id)) return c.notFound() as Response;
    return taking(c, async (fields) => {
      const form = parsed(forms.lift, fields);
      checkForm(key, liftPath(id), form, world.now());
      await api.liftKill(id, form.reason);
      return 'off';
    });
  });
}
