/** The first page: what waits for one's answer, who has access right now, and what is on its way. */
import { html } from 'hono/html';
import type { Markup } from '#http/pages/layout.ts';
import type { RequestView } from '#http/request-view.ts';
import { requestInWords } from '#mail/request-in-words.ts';
import { answerBy } from '../../inbox/waiting.ts';
import { howLong, spanOf } from '../../views/span.ts';
import { people } from '../../views/words.ts';
import { frame, livePart, type Place } from './frame.ts';
import { countdown, recordOf, theirs, whatOf, whoOf } from './words.ts';

export interface Overview {
  waiting: readonly RequestView[];
  /** Everything open that is of concern to the caller. */
  open: readonly RequestView[];
  /** Whether there is more than is shown. */
  more: boolean;
  now: Date;
}

const isLive = ({ status }: RequestView) =>
  status === 'active' || status === 'granting' || status === 'revoking';

const isOnItsWay = ({ status }: RequestView) =>
  status === 'pending' || status === 'approved' || status === 'scheduled';

const count = (list: readonly unknown[]) => html`<span class="count">(${list.length})</span>`;

function waits(place: Place, { waiting, now }: Overview): Markup {
  if (waiting.length === 0) return html`<p class="none">Nothing waits for you.</p>`;
  return html`<ul class="cards">${waiting.map((request) => {
    const later = request.status !== 'pending';
    const { headline, why } = requestInWords(recordOf(request), []);
    return html`<li>
      <a class="go" href="${place.base}/requests/${request.id}">${later ? 'Look back at: ' : ''}${theirs(headline)}</a>
      <p>“${theirs(why)}”</p>
      <p class="soft">${request.decision.risk.score > 0 ? html`Risk ${request.decision.risk.score} of 100 · ` : ''}answer within ${countdown(answerBy(request), now)}</p>
    </li>`;
  })}</ul>`;
}

function ends({ status, grant, ending }: RequestView, now: Date): Markup | string {
  if (status === 'active' && grant) return html`${countdown(grant.expiresAt, now)}`;
  if (status === 'revoking') return ending ? 'is being taken away' : 'now';
  return 'is being opened';
}

function live(place: Place, requests: readonly RequestView[], now: Date): Markup {
  if (requests.length === 0) return html`<p class="none">Nobody, as far as it concerns you.</p>`;
  return html`<table>
    <thead><tr><th scope="col">Who</th><th scope="col">What</th><th scope="col">Ends in</th><th scope="col">Why</th><th scope="col">More</th></tr></thead>
    <tbody>${requests.map(
      (request) => html`<tr>
      <td class="who" data-name="Who">${whoOf(request)}</td>
      <td data-name="What">${whatOf(request)}</td>
      <td class="time" data-name="Ends in">${ends(request, now)}</td>
      <td data-name="Why">${theirs(request.asked.reason)}</td>
      <td class="go"><a href="${place.base}/requests/${request.id}" aria-label="Look, or end it: ${request.id}">Look, or end it</a></td>
    </tr>`,
    )}</tbody>
  </table>`;
}

function nextOf(request: RequestView, now: Date): Markup | string {
  if (request.status === 'pending')
    return html`waits for ${theirs(people(request.reviewers))}, for ${countdown(request.reviewBy, now)} more`;
  const span = spanOf(request);
  return span ? html`approved; starts in ${countdown(span.from, now)}` : 'approved; is being opened';
}

function onItsWay(place: Place, requests: readonly RequestView[], now: Date): Markup | string {
  if (requests.length === 0) return '';
  return html`<h2>On its way ${count(requests)}</h2>
  <ul class="cards">${requests.map(
    (request) => html`<li>
      <a href="${place.base}/requests/${request.id}">${whoOf(request)}: ${whatOf(request)}</a>, for ${howLong(request, now)}
      <p class="soft">${nextOf(request, now)}</p>
    </li>`,
  )}</ul>`;
}

export function overviewPage(place: Place, overview: Overview): Markup {
  const { waiting, open, more, now } = overview;
  const mine = new Set(waiting.map(({ id }) => id));
  const standingNow = open.filter(isLive);
  const coming = open.filter((request) => isOnItsWay(request) && !mine.has(request.id));
  const lists = html`<h2>Waits for you ${count(waiting)}</h2>
    ${waits(place, overview)}
    <h2>Has access right now ${count(standingNow)}</h2>
    ${live(place, standingNow, now)}
    ${onItsWay(place, coming, now)}
    ${more ? html`<p>There is more: <code>curfew list --open --limit 1000</code></p>` : ''}`;
  const seen = place.operator
    ? 'As an operator you see everything.'
    : 'You see what you asked for, review, or may end.';
  return frame({
    ...place,
    at: '/',
    title: 'Access now',
    body: html`${livePart('lists', lists)}
    <footer><p>${seen} Access ends by itself when its time is up.</p></footer>`,
  });
}
