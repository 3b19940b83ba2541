/** What a page shows of a request: why it is asked and what is risky first, then what it lets one do, then everything else. */
import { html } from 'hono/html';
import type { Accept } from '#domain/escalation/accepts.ts';
import type { Instant } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { untilInWords } from '#mail/instant-in-words.ts';
import { oneLine, requestInWords } from '#mail/request-in-words.ts';
import type { Markup } from './layout.ts';

function cautions(lines: readonly string[]): Markup | string {
  if (lines.length === 0) return '';
  return html`<section class="care" aria-labelledby="care">
      <h2 id="care">Think of this first</h2>
      <ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>
    </section>`;
}

function riskRow([score, ...factors]: readonly string[]): Markup | string {
  if (score === undefined) return '';
  return html`<dt>Risk</dt><dd>${score}<ul>${factors.map((line) => html`<li>${line}</li>`)}</ul></dd>`;
}

/** Of what can still be answered. */
function answerRow({ status, reviewBy }: AccessRequest, words: string, now: Instant): Markup | string {
  if (status !== 'pending') return '';
  return html`<dt>Answer until</dt>
      <dd><time datetime="${reviewBy}">${words}</time> (${untilInWords(now, reviewBy)})</dd>`;
}

/** As text: a page of ours leads to none of others. */
function runRow({ requester }: AccessRequest): Markup | string {
  const url = requester.workload?.runUrl;
  return url === undefined ? '' : html`<dt>Its run</dt><dd><code>${oneLine(url)}</code></dd>`;
}

/** `accepts`: what the catalog accepts of the role. */
export function requestFacts(request: AccessRequest, accepts: readonly Accept[], now: Instant): Markup {
  const words = requestInWords(request, accepts);
  return html`<p class="why">They write: “<bdi>${words.why}</bdi>”</p>
    ${cautions(words.cautions)}
    <h2>${words.givenBy} lets them</h2>
    <p>${words.inShort}</p>
    <ul>${words.can.map((line) => html`<li>${line}</li>`)}</ul>
    <dl>
      <dt>Who asks</dt><dd>${words.who}</dd>
      ${runRow(request)}
      <dt>Who gets access</dt><dd>${words.whoGets}</dd>
      <dt>Where</dt><dd>${words.where}</dd>
      ${words.times.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}
      <dt>Ticket</dt><dd>${words.ticket ?? 'none given'}</dd>
      <dt>Asked</dt><dd><time datetime="${request.createdAt}">${words.askedAt}</time></dd>
      ${answerRow(request, words.answerBy, now)}
      <dt>Approvals so far</dt><dd>${words.approvals}</dd>
      ${riskRow(words.risk)}
      <dt>Request</dt><dd><code>${request.id}</code></dd>
    </dl>`;
}
