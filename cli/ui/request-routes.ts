/** Pages of requests: what waits and stands, one request, and the forms that answer and end it. */
import type { Context, Hono } from 'hono';
import { CurfewError, InvalidInput } from '#domain/errors.ts';
import { requestDigest } from '#domain/request.ts';
import type { RequestView } from '#http/request-view.ts';
import { waitingFor } from '../inbox/waiting.ts';
import { faultInWords, type Status, type UiApi, type UiWorld } from './app.ts';
import { checkForm, fieldsOf, formNonce, forms, parsed } from './forms.ts';
import { overviewPage } from './pages/overview.ts';
import { type RequestForm, requestPage } from './pages/request.ts';

/** More than a page is good for; the command line lists them all. */
const mostShown = 500;

const idShape = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** What was done, by the word that the address has for it: nothing else gets from there into a page. */
const doneWords = new Map(
  Object.entries({
    approve: 'You approved it. Your answer is on record.',
    deny: 'You denied it. Your answer is on record.',
    accept: 'You accepted it. Your answer is on record.',
    dispute: 'You disputed it. Your answer is on record, and all who were told of it are told of that.',
    end: 'The end is on record; the access is being taken away.',
  }),
);

async function openFor(api: UiApi): Promise<{ open: RequestView[]; more: boolean }> {
  const open: RequestView[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list({ scope: 'open', limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    open.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && open.length < mostShown);
  const endOf = ({ grant, reviewBy }: RequestView) => grant?.expiresAt ?? reviewBy;
  return { open: open.sort((a, b) => (endOf(a) < endOf(b) ? -1 : 1)), more: cursor !== undefined };
}

interface Told {
  status?: Status;
  done?: string | undefined;
  notice?: string;
  reason?: string | undefined;
}

async function showRequest(c: Context, world: UiWorld, id: string, told: Told = {}) {
  const { api, place, key, send } = world;
  const [{ request, events, holds }, waiting, { roles }] = await Promise.all([
    api.show(id),
    waitingFor(api),
    api.catalog(),
  ]);
  const now = world.now();
  // Of what is shown, and not as the API says: what is answered is what could be read.
  const digest = requestDigest(request as Parameters<typeof requestDigest>[0]);
  const page = requestPage(place, {
    ...{ request: { ...request, digest }, events, holds, now },
    accepts: roles.find(({ name }) => name === request.asked.role)?.accepts ?? [],
    mine: waiting.some((one) => one.id === id),
    nonceOf: (form) => formNonce(key, pathOf(id, form), digest, now),
    ...{ done: told.done, notice: told.notice, reason: told.reason },
  });
  return send(c, page, told.status);
}

const pathOf = (id: string, form: RequestForm) => `/requests/${id}/${form}`;

/** What each form does; returns the word for it. */
const carriedOut: Record<
  RequestForm,
  (api: UiApi, id: string, fields: Record<string, string>, check: Check) => Promise<string>
> = {
  async answer(api, id, fields, check) {
    const form = parsed(forms.answer, fields);
    check(form);
    const { answer, digest, reason } = form;
    await api.review(id, { answer, digest, ...(reason === undefined ? {} : { reason }) });
    return answer;
  },
  async 'after-review'(api, id, fields, check) {
    const form = parsed(forms['after-review'], fields);
    check(form);
    const { verdict, digest, reason } = form;
    await api.reviewAfterwards(id, { verdict, digest, reason });
    return verdict;
  },
  async end(api, id, fields, check) {
    const form = parsed(forms.end, fields);
    check(form);
    await api.revoke(id, form.reason);
    return 'end';
  },
};
type Check = (form: { nonce: string; digest: string }) => void;

export function mountRequests(app: Hono, world: UiWorld): void {
  const { api, place, key } = world;
  app.get(`${place.base}/`, async (c) => {
    const [waiting, { open, more }] = await Promise.all([waitingFor(api), openFor(api)]);
    return world.send(c, overviewPage(place, { waiting, open, more, now: world.now() }));
  });
  app.get(`${place.base}/requests/:id`, async (c) => {
    const id = c.req.param('id');
    if (!idShape.test(id)) return c.notFound();
    return showRequest(c, world, id, { done: doneWords.get(c.req.query('done') ?? '') });
  });
  for (const form of ['answer', 'after-review', 'end'] as const) {
    app.post(`${place.base}/requests/:id/${form}`, async (c) => {
      const id = c.req.param('id');
      if (!idShape.test(id)) return c.notFound();
      let fields: Record<string, string> = {};
      try {
        fields = fieldsOf(c.req.header('content-type'), await c.req.text());
        const word = await carriedOut[form](api, id, fields, (sent) =>
          checkForm(key, pathOf(id, form), sent, world.now()),
        );
        return c.redirect(`${place.base}/requests/${id}?done=${word}`, 303);
      } catch (error) {
        if (!(error instanceof CurfewError)) throw error;
        const { status, says } = faultInWords(error);
        // Whether it was recorded is not known after a fault of the network.
        if (status === 502 || (status === 404 && !(error instanceof InvalidInput))) throw error;
        return showRequest(c, world, id, { status, notice: says, reason: fields.reason });
      }
    });
  }
}
