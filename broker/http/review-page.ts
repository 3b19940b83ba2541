/** The review pages behind mailed links: GET shows and changes nothing, only a POST from the page decides. */
import type { Context } from 'hono';
import { InvalidInput, LinkUnusable, PasskeyRefused, RecordChanged, WrongStatus } from '#domain/errors.ts';
import { approvalChallenge, pageHash } from '#domain/passkey-challenge.ts';
import { acceptsFor } from '#mail/request-in-words.ts';
import { usablePasskeys } from '#operations/approve-by-passkey.ts';
import { type LinkState, type OpenedLink, openReviewLink, reviewByLink } from '#operations/review-by-link.ts';
import { fromElsewhere } from './from-elsewhere.ts';
import { checkNonce, pageNonce } from './page-nonce.ts';
import * as closed from './pages/closed.ts';
import type { Page } from './pages/layout.ts';
import { type OpenPage, openPage } from './pages/open.ts';
import { askToSign } from './pages/passkey-options.ts';
import { HttpFault } from './problem.ts';
import { parseReviewForm, type ReviewForm } from './review-form.ts';
import type { ApiWorld, App } from './route.ts';
import { sendPage } from './send-page.ts';

/** Longer or stranger is no link of ours, and isn't looked up. */
const tokenShape = /^[\w-]{20,100}$/;

type Opened = OpenedLink | undefined;

async function open(world: ApiWorld, secret: string): Promise<Opened> {
  if (!tokenShape.test(secret)) return undefined;
  try {
    return await openReviewLink(world, { secret });
  } catch (error) {
    if (error instanceof LinkUnusable) return undefined;
    throw error;
  }
}

/** The page of a link as it stands now. */
async function pageOf(
  world: ApiWorld,
  secret: string,
  opened: Opened,
  extra: Pick<OpenPage, 'notice' | 'reason'> = {},
): Promise<Page> {
  if (!opened) return closed.unknownPage();
  const { request, link } = opened;
  const { reviewer } = link;
  const answeredOtherwise = request.reviews.some((review) => review.reviewer === reviewer);
  const state: LinkState = answeredOtherwise ? 'used' : opened.state;
  if (state === 'used') return closed.usedPage(request, reviewer);
  if (state === 'decided') {
    return request.status === 'timed-out'
      ? closed.expiredPage(request, reviewer)
      : closed.decidedPage(request, reviewer);
  }
  if (state === 'changed') return closed.changedPage(reviewer);
  if (state === 'expired') return closed.expiredPage(request, reviewer);
  const now = world.clock.now();
  const accepts = acceptsFor(request, world.catalog);
  const nonce = pageNonce(secret, request.digest, now);
  const passkeys = await usablePasskeys(world, reviewer);
  const { id: requestId, digest } = request;
  const challenge = approvalChallenge({ requestId, digest, reviewer, page: pageHash(nonce) });
  return openPage({
    request,
    accepts,
    reviewer,
    now,
    nonce,
    ...(passkeys.length > 0 ? { ask: askToSign({ challenge, domain: world.pages.domain, passkeys }) } : {}),
    ...extra,
  });
}

const notices = {
  elsewhere: {
    status: 403,
    says: 'The answer did not come from this page. Look at the request, then press a button here.',
  },
  stale: {
    status: 409,
    says: 'This page had been open for over an hour. Here it is as it stands now; press the button again.',
  },
  changed: {
    status: 409,
    says: 'What you were shown is not what the request is now. Look at it again, then answer.',
  },
  raced: {
    status: 409,
    says: 'Somebody answered at the same moment. Look at it as it stands now, then press the button again.',
  },
} as const;

function faultOfForm(
  c: Context,
  secret: string,
  form: ReviewForm,
  shown: OpenedLink,
  now: string,
): OpenPage['notice'] {
  if (fromElsewhere(c)) return notices.elsewhere;
  const nonce = checkNonce(form.nonce, secret, form.digest, now);
  if (nonce === 'forged') return notices.elsewhere;
  if (form.digest !== shown.request.digest) return notices.changed;
  return nonce === 'stale' ? notices.stale : undefined;
}

async function answerPage(world: ApiWorld, c: Context, secret: string): Promise<Page> {
  const opened = await open(world, secret);
  const current = await pageOf(world, secret, opened);
  if (!opened || current.status !== 200) return current;
  let form: ReviewForm;
  try {
    form = parseReviewForm(c.req.header('content-type'), await c.req.text());
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return pageOf(world, secret, opened, { notice: { status: 400, says: error.message } });
  }
  const { answer, digest, reason, nonce, signed } = form;
  const keep = reason === undefined ? {} : { reason };
  const passkey = signed === undefined ? {} : { passkey: { page: pageHash(nonce), signed } };
  const notice = faultOfForm(c, secret, form, opened, world.clock.now());
  if (notice) return pageOf(world, secret, opened, { notice, ...keep });
  try {
    const request = await reviewByLink(world, { secret, answer, digest, ...keep, ...passkey });
    return closed.answeredPage(request, opened.link.reviewer, answer);
  } catch (error) {
    return afterRefusal(world, secret, error, keep);
  }
}

/** The record moved between showing and answering: show where it stands now. */
async function afterRefusal(
  world: ApiWorld,
  secret: string,
  error: unknown,
  keep: { reason?: string },
): Promise<Page> {
  const opened = await open(world, secret);
  if (error instanceof PasskeyRefused)
    return pageOf(world, secret, opened, { notice: { status: 403, says: error.message }, ...keep });
  const known =
    error instanceof WrongStatus || error instanceof LinkUnusable || error instanceof RecordChanged;
  if (!known) throw error;
  return pageOf(world, secret, opened, { notice: notices.raced, ...keep });
}

export function mountReviewPages(app: App, world: ApiWorld): void {
  const at = '/review/:token';
  app.get(at, async (c) => {
    const secret = c.req.param('token');
    return sendPage(c, await pageOf(world, secret, await open(world, secret)));
  });
  app.post(at, async (c) => sendPage(c, await answerPage(world, c, c.req.param('token'))));
  app.all(at, (c) => {
    throw new HttpFault('MethodNotAllowed', `A review link does not know ${c.req.method}.`, {
      allow: 'GET, HEAD, POST',
    });
  });
}
