/** Style and script of the pages of `curfew ui`, and the content security policy that allows these two and nothing else. */
import { createHash } from 'node:crypto';
import { style as reviewStyle } from '#http/pages/style.ts';

export const style = `${reviewStyle}
main { max-width: 60rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 0 1.25rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line); }
nav .me { margin-left: auto; color: var(--soft); font-size: .9rem; }
a { color: var(--focus); text-underline-offset: .2em; }
nav a[aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
.count { color: var(--soft); font-weight: normal; }
.cards { list-style: none; padding: 0; }
.cards > li { margin: 0 0 .75rem; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
.cards p { margin: .25rem 0 0; }
.cards .go { font-weight: 600; }
.soft { color: var(--soft); }
.none { color: var(--soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .55rem 1rem .55rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .9rem; border-top: 0; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.who { min-width: 12rem; }
td.go { white-space: nowrap; }
h2 + form, summary + form { margin-top: .5rem; padding-top: 0; border-top: 0; }
summary { cursor: pointer; padding: .5rem 0; }
time[data-ends] { font-variant-numeric: tabular-nums; font-weight: 600; }
.status { display: inline-block; padding: .05rem .55rem; border: 1px solid var(--soft); border-radius: 1rem; font-size: .9rem; }
.done { margin: 0 0 1.25rem; padding: .75rem 1rem; border-left: .25rem solid var(--yes); border-radius: .25rem; background: var(--ground); }
.done p { margin: 0; }
.notice { margin: 0 0 1.25rem; }
fieldset { margin: 0 0 1.25rem; padding: .5rem 1rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
legend { padding: 0 .35rem; font-weight: 600; }
.choice { display: flex; gap: .6rem; margin: .4rem 0; font-weight: normal; }
button.end { border-color: var(--no); background: var(--no); color: var(--sheet); }
button.small { flex: none; min-height: 2.75rem; padding: .4rem 1rem; font-size: 1rem; }
@media (max-width: 34rem) {
  nav .me { margin-left: 0; width: 100%; }
  table, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .6rem 0; border-top: 1px solid var(--line); }
  td { padding: .1rem 0; border: 0; }
  td[data-name]::before { content: attr(data-name) ': '; color: var(--soft); }
}
`;

/** Counts down, and takes over what has changed of the page's live parts; without it the pages stand as they were loaded. */
export const script = `
'use strict';
const inWords = (ms) => {
  const s = Math.max(0, Math.ceil(ms / 1000)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
  return s === 0 ? 'now' : h > 0 ? h + 'h ' + m + 'm' : m > 0 ? m + 'm ' + (s % 60) + 's' : s + 's';
};
const count = () => {
  for (const one of document.querySelectorAll('time[data-ends]'))
    one.textContent = inWords(Date.parse(one.dateTime) - Date.now());
};
const follow = async () => {
  const from = document.body.dataset.live;
  if (!from || document.hidden) return;
  try {
    const answer = await fetch(from, { cache: 'no-store' });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const old of document.querySelectorAll('[data-part]')) {
      const next = fresh.getElementById(old.id);
      // What somebody stands in is left alone: the next page tells.
      const held = old.contains(document.activeElement);
      if (next && !held && next.dataset.part !== old.dataset.part) old.replaceWith(document.adoptNode(next));
    }
    count();
  } catch {}
};
count();
setInterval(count, 1000);
setInterval(follow, Number(document.body.dataset.every) || 10000);
`;

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

export const uiPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${sha256(style)}'`,
  `script-src 'sha256-${sha256(script)}'`,
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
