/** One request: where it stands, what one can do about it, what it is, and its timeline. */
import { html } from 'hono/html';
import type { Accept } from '#domain/escalation/accepts.ts';
import { msBetween } from '#domain/instant.ts';
import type { Markup } from '#http/pages/layout.ts';
import { requestFacts } from '#http/pages/request-facts.ts';
import type { EventView, Holding, RequestView } from '#http/request-view.ts';
import { durationInWords } from '#mail/instant-in-words.ts';
import { requestInWords } from '#mail/request-in-words.ts';
import { zoneName } from '../../terminal/times.ts';
import { holdingsInWords } from '../../views/holdings.ts';
import { standing } from '../../views/words.ts';
import { frame, livePart, type Place } from './frame.ts';
import { clock, countdown, recordOf, theirs } from './words.ts';

export interface RequestPageContent {
  request: RequestView;
  events: readonly EventView[];
  holds?: readonly Holding[] | undefined;
  accepts: readonly Accept[];
  /** Whether it is the caller's to answer now. */
  mine: boolean;
  now: Date;
  /** Nonce of the form of this name. */
  nonceOf(form: RequestForm): string;
  done?: string | undefined;
  notice?: string | undefined;
  /** What had been typed, to be kept. */
  reason?: string | undefined;
}

export type RequestForm = 'answer' | 'after-review' | 'end';

/** Statuses in which access stands, or will without anybody's doing. */
export const endable: readonly RequestView['status'][] = ['approved', 'scheduled', 'granting', 'active'];

function formFor(place: Place, content: RequestPageContent, form: RequestForm, fields: Markup): Markup {
  const { request, nonceOf } = content;
  // The first submit button is what Enter in the text field presses: a disabled one, so that Enter decides nothing.
  return html`<form method="post" action="${place.base}/requests/${request.id}/${form}" autocomplete="off">
    <input type="hidden" name="digest" value="${request.digest}">
    <input type="hidden" name="nonce" value="${nonceOf(form)}">
    <button type="submit" disabled hidden></button>
    ${fields}
  </form>`;
}

function reasonField({ reason = '' }: RequestPageContent, label: string, required: boolean): Markup {
  return html`<label for="reason">${label} <span class="hint">(${required ? 'needed' : 'optional'}, one line)</span></label>
    <input type="text" id="reason" name="reason" maxlength="500" value="${reason}"${required ? html` required` : ''}>`;
}

function answerForm(place: Place, content: RequestPageContent): Markup {
  const { request } = content;
  if (request.status !== 'pending')
    return html`<h2>Was it right?</h2>${formFor(
      place,
      content,
      'after-review',
      html`<p id="meaning">It was taken in an emergency, without anybody's review. Your answer stays on record; a dispute is mailed to all who were told.</p>
    ${reasonField(content, 'What have you seen?', true)}
    <div class="answers">
      <button type="submit" name="verdict" value="accept" class="approve" aria-describedby="meaning">Accept</button>
      <button type="submit" name="verdict" value="dispute" class="deny" aria-describedby="meaning">Dispute</button>
    </div>`,
    )}`;
  return html`<h2>Your answer</h2>${formFor(
    place,
    content,
    'answer',
    html`<p id="meaning">Your answer is signed with your own identity, for exactly what is shown here.</p>
    ${reasonField(content, 'Note for the record', false)}
    <div class="answers">
      <button type="submit" name="answer" value="approve" class="approve" aria-describedby="meaning">Approve</button>
      <button type="submit" name="answer" value="deny" class="deny" aria-describedby="meaning">Deny</button>
    </div>`,
  )}`;
}

function endForm(place: Place, content: RequestPageContent): Markup {
  return html`<h2>End it now</h2>${formFor(
    place,
    content,
    'end',
    html`<p id="ending">Takes the access away at once; what was opened earlier, such as a running <code>kubectl exec</code>, may last until it is closed.</p>
    ${reasonField(content, 'Why', true)}
    <div class="answers"><button type="submit" class="end" aria-describedby="ending">End this access now</button></div>`,
  )}`;
}

/** What can be done about it; at most one form at a time. */
function action(place: Place, content: RequestPageContent): Markup {
  const { request, mine } = content;
  if (mine) return answerForm(place, content);
  if (endable.includes(request.status) && !request.endRequested) return endForm(place, content);
  return html``;
}

function stands({ request, now }: RequestPageContent): Markup {
  const { status, grant, endRequested } = request;
  const words =
    status === 'active' && grant && !endRequested
      ? html`access ends in ${countdown(grant.expiresAt, now)}, at ${clock(grant.expiresAt, now)}`
      : theirs(standing(request, now));
  return html`<p><span class="status">${status}</span> ${words}.</p>`;
}

function besides(holds: readonly Holding[] | undefined, now: Date): Markup | string {
  if (holds === undefined) return '';
  return html`<h2>What else they have</h2><ul>${holdingsInWords(holds, now).map((line) => html`<li>${theirs(line)}</li>`)}</ul>`;
}

function gap(event: EventView, before: EventView | undefined): string {
  return before ? `+${durationInWords(Math.max(0, msBetween(before.at, event.at)) / 1000)}` : '';
}

function story({ events, now }: RequestPageContent): Markup {
  return html`<h2 id="story">Timeline <span class="count">(${zoneName(now)})</span></h2>
  <div class="scroll" role="region" aria-labelledby="story" tabindex="0"><table>
    <thead><tr><th scope="col">At</th><th scope="col">After</th><th scope="col">What</th><th scope="col">By</th><th scope="col">Why</th></tr></thead>
    <tbody>${events.map((event, i) => {
      const { reason } = event.facts;
      return html`<tr>
      <td class="time" data-name="At">${clock(event.at, now)}</td>
      <td class="time soft">${gap(event, events[i - 1])}</td>
      <td data-name="What">${event.type}${event.type === event.status ? '' : `, ${event.status}`}</td>
      <td data-name="By">${theirs(event.actor)}</td>
      <td>${typeof reason === 'string' ? theirs(reason) : ''}</td>
    </tr>`;
    })}</tbody>
  </table></div>`;
}

export function requestPage(place: Place, content: RequestPageContent): Markup {
  const { request, accepts, holds, now, done, notice } = content;
  const record = recordOf(request);
  const state = livePart('stands', stands(content));
  const todo = action(place, content);
  return frame({
    ...place,
    at: `/requests/${request.id}`,
    title: requestInWords(record, accepts).headline,
    ...{ done, notice },
    body: html`${state}
    ${requestFacts(record, accepts, now.toISOString())}
    ${besides(holds, now)}
    <section id="action" data-part="${[content.mine, request.status, request.endRequested !== undefined].join()}" aria-label="What you can do">${todo}</section>
    ${livePart('events', story(content))}`,
  });
}
