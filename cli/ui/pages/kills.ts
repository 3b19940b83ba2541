/** The kill switch, for operators: what it does, what is on, and the forms that put it on and off. */
import { html } from 'hono/html';
import type { KillView } from '#http/kill-view.ts';
import type { Markup } from '#http/pages/layout.ts';
import { killSummary, scopeWords } from '../../views/kill.ts';
import { frame, type Place } from './frame.ts';
import { theirs } from './words.ts';

export interface KillsContent {
  orders: readonly KillView[];
  now: Date;
  nonceOf(form: 'order' | `lift:${string}`): string;
  done?: string | undefined;
  notice?: string | undefined;
  /** What had been typed, to be kept. */
  typed?: Record<string, string>;
}

const scopes = [
  ['person', 'A person, by the name of their sessions'],
  ['principal', 'An IAM role, by its ARN: everybody in it'],
  ['cluster', 'A cluster, by its name in the catalog'],
  ['everything', 'Everything that Curfew has given'],
] as const;

function lift(place: Place, { id, scope }: KillView, { nonceOf }: KillsContent): Markup {
  return html`<details><summary>Lift it</summary>
    <form method="post" action="${place.base}/kills/${id}/lift" autocomplete="off">
      <input type="hidden" name="nonce" value="${nonceOf(`lift:${id}`)}">
      <label for="lift-${id}">Why it can be lifted <span class="hint">(needed, one line)</span></label>
      <input type="text" id="lift-${id}" name="reason" maxlength="500" required>
      <button type="submit" class="small">Lift the kill switch for ${theirs(scopeWords(scope))}</button>
    </form></details>`;
}

function orders(place: Place, content: KillsContent): Markup {
  if (content.orders.length === 0) return html`<p class="none">Nothing was ever killed.</p>`;
  return html`<ul class="cards">${content.orders.map(
    (order) => html`<li>
      <p><span class="status">${order.lifted ? 'off' : order.status === 'killed' ? 'on, nothing is left' : 'on, ending'}</span>
      <strong>${theirs(scopeWords(order.scope))}</strong></p>
      ${killSummary(order).map((line) => html`<p class="soft">${theirs(line)}</p>`)}
      ${order.lifted ? '' : lift(place, order, content)}
    </li>`,
  )}</ul>`;
}

export function killsPage(place: Place, content: KillsContent): Markup {
  const { nonceOf, done, notice, typed = {} } = content;
  const on = content.orders.filter(({ lifted }) => lifted === undefined).map(({ id, status }) => id + status);
  return frame({
    ...place,
    at: '/kills',
    title: 'Kill switch',
    ...{ done, notice },
    body: html`<p>Ends all live access of a scope now, and lets none of it begin, approved or not, until it is lifted. What it ended stays ended: who needs access asks again. It is done when it is proven that nothing of the scope is left, which takes half a minute at least.</p>
    <section id="orders" data-part="${on.join()}-${content.orders.length}" aria-label="Kill orders">${orders(place, content)}</section>
    <h2>Put it on</h2>
    <form method="post" action="${place.base}/kills" autocomplete="off">
      <input type="hidden" name="nonce" value="${nonceOf('order')}">
      <button type="submit" disabled hidden></button>
      <fieldset><legend>What to end</legend>
      ${scopes.map(
        ([kind, words]) =>
          html`<label class="choice"><input type="radio" name="kind" value="${kind}" required${typed.kind === kind ? html` checked` : ''}> ${words}</label>`,
      )}
      </fieldset>
      <label for="value">Which one <span class="hint">(name or ARN; empty for everything)</span></label>
      <input type="text" id="value" name="value" maxlength="2048" value="${typed.value ?? ''}">
      <label for="again">The same once more <span class="hint">(or the word everything), so that a slip is no outage</span></label>
      <input type="text" id="again" name="again" maxlength="2048" required>
      <label for="reason">Why <span class="hint">(needed, one line; those who lose access read it)</span></label>
      <input type="text" id="reason" name="reason" maxlength="500" required value="${typed.reason ?? ''}">
      <div class="answers"><button type="submit" class="end">End it now</button></div>
    </form>`,
  });
}
