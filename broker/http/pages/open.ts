/** The page on which a reviewer decides. Works without JavaScript; loading it changes nothing. */
import { html } from 'hono/html';
import type { Accept } from '#domain/escalation/accepts.ts';
import type { Instant } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { endsAt } from '#domain/start.ts';
import { durationInWords, instantInWords } from '#mail/instant-in-words.ts';
import { requestInWords } from '#mail/request-in-words.ts';
import { type Markup, type Page, page } from './layout.ts';
import { passkeyPolicy, passkeyScript, passkeyTold } from './passkey-script.ts';
import { requestFacts } from './request-facts.ts';

export interface OpenPage {
  request: AccessRequest;
  /** What the catalog accepts of the role. */
  accepts: readonly Accept[];
  reviewer: string;
  now: Instant;
  nonce: string;
  /** Why an answer was not taken, when this page comes back instead of a result. */
  notice?: { status: Page['status']; says: string };
  /** What had been typed, to be kept then. */
  reason?: string;
  /** Of a reviewer with passkeys: what the browser is asked to sign, as JSON. Without it they approve nothing here. */
  ask?: string;
}

/** What happens if access is opened: now or at a start that lies ahead. */
function effect({ asked }: AccessRequest, now: Instant): string {
  const { startsAt } = asked;
  if (startsAt === undefined)
    return `access opens at once and ends by itself after ${durationInWords(asked.durationSeconds)}`;
  const end = instantInWords(endsAt(asked, startsAt));
  if (asked.extends !== undefined) return `access goes on without a gap and ends by itself: ${end}`;
  return startsAt <= now
    ? `access opens at once and ends by itself: ${end}`
    : `nothing opens yet: access starts ${instantInWords(startsAt)} and ends by itself: ${end}`;
}

function meaning(request: AccessRequest, now: Instant): string {
  const { decision, reviews, asked } = request;
  const approved = reviews.filter((review) => review.answer === 'approve').length;
  const others = decision.reviewsNeeded - approved - 1;
  const yes =
    others <= 0
      ? `If you approve, ${effect(request, now)}.`
      : `If you approve, ${others} more must approve; then ${effect(request, now)}.`;
  const no =
    asked.extends === undefined || asked.startsAt === undefined
      ? 'nothing is opened'
      : `access ends as it was given: ${instantInWords(asked.startsAt)}`;
  return `${yes} If you deny, or nobody answers, ${no}.`;
}

const approve = html`<button type="submit" name="answer" value="approve" class="approve" aria-describedby="meaning">Approve</button>`;
const approveByPasskey = html`<button type="submit" name="answer" value="approve" class="approve" aria-describedby="meaning" data-signs>Approve with your passkey</button>`;

/** How safe the link is, to whom it was mailed. */
function whoseLink(reviewer: string, ask: string | undefined): Markup {
  return ask === undefined
    ? html`<p>This link was mailed to ${reviewer}. Whoever holds it can answer in your name: it is only as safe as your
        mailbox. If you are somebody else, close this page and tell them.</p>
      <p>It works for one answer, which is kept on record with your name, the time, and that it came by link.</p>`
    : html`<p>This link was mailed to ${reviewer}, and only their passkey approves here. Whoever else holds it can
        deny, and nothing more. If you are somebody else, close this page and tell them.</p>
      <p>It works for one answer, which is kept on record with your name, the time, and what your passkey signed.</p>`;
}

function noticeOf(says: string | undefined): Markup | string {
  if (says === undefined) return '';
  return html`<div class="notice" role="alert"><h2>Nothing was recorded</h2><p>${says}</p></div>`;
}

export function openPage({ request, accepts, reviewer, now, nonce, notice, reason, ask }: OpenPage): Page {
  const { headline, surely } = requestInWords(request, accepts);
  const byLink = surely === undefined ? approve : '';
  // The first submit button is what Enter in the text field presses: a disabled one, so that Enter can't approve.
  const form = html`<form method="post" autocomplete="off"${ask === undefined ? '' : html` data-passkey="${ask}"`}>
      <input type="hidden" name="digest" value="${request.digest}">
      <input type="hidden" name="nonce" value="${nonce}">
      <button type="submit" disabled hidden></button>
      <p id="meaning">${meaning(request, now)}</p>
      <label for="reason">Note for the record <span class="hint">(optional, one line)</span></label>
      <input type="text" id="reason" name="reason" maxlength="500" value="${reason ?? ''}">
      ${surely === undefined || ask !== undefined ? '' : html`<p class="hint">${surely}</p>`}
      ${ask === undefined ? '' : passkeyTold}
      <div class="answers">
        ${ask === undefined ? byLink : approveByPasskey}
        <button type="submit" name="answer" value="deny" class="deny" aria-describedby="meaning">Deny</button>
      </div>
    </form>
    <footer>
      ${whoseLink(reviewer, ask)}
    </footer>
    ${ask === undefined ? '' : passkeyScript}`;
  return page({
    status: notice?.status ?? 200,
    title: headline,
    reviewer,
    ...(ask === undefined ? {} : { policy: passkeyPolicy }),
    body: html`${noticeOf(notice?.says)}
    ${requestFacts(request, accepts, now)}
    ${form}`,
  });
}
