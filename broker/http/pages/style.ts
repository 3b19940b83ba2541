/** The one style sheet of the review pages, and the content security policy that allows it and nothing else. */
import { createHash } from 'node:crypto';

export const style = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6; --sheet: #ffffff; --ink: #1c2430; --soft: #57606e; --line: #dde1e7;
  --care-ground: #fef3e2; --care-ink: #5c2c06; --care-line: #b45309;
  --yes: #17683a; --yes-ink: #ffffff; --no: #a4262c; --focus: #1f4fa3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c; --sheet: #1a212b; --ink: #e6e9ee; --soft: #a3adba; --line: #333d4a;
    --care-ground: #3a2610; --care-ink: #ffdcb0; --care-line: #f0a040;
    --yes: #7ad69d; --yes-ink: #06260f; --no: #ff9b9b; --focus: #8ab4f8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;
}
main {
  max-width: 42rem; margin: 2rem auto; padding: 2rem; background: var(--sheet);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere;
}
.brand { margin: 0 0 .25rem; color: var(--soft); font-size: .9rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.3; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1.1rem; }
p { margin: 0 0 .75rem; }
ul { margin: .25rem 0 0; padding-left: 1.25rem; }
li { margin: .25rem 0; }
dl { margin: 1.25rem 0 0; display: grid; grid-template-columns: 9.5rem 1fr; }
dl + p { margin-top: 1.25rem; }
dt, dd { margin: 0; padding: .6rem 0; border-top: 1px solid var(--line); }
dt { padding-right: 1rem; color: var(--soft); }
.why { margin: 1rem 0 0; padding: .25rem 0 .25rem 1rem; border-left: .25rem solid var(--line); font-size: 1.1rem; }
.care, .notice { margin: 1.25rem 0 0; padding: .75rem 1rem; border-left: .25rem solid var(--care-line);
  border-radius: .25rem; background: var(--care-ground); color: var(--care-ink); }
.care h2, .notice h2 { margin: 0; font-size: 1rem; }
.care p, .notice p { margin: 0; }
form { margin: 1.75rem 0 0; padding-top: 1.5rem; border-top: 1px solid var(--line); }
label { display: block; font-weight: 600; }
.hint { font-weight: normal; }
.hint, footer { color: var(--soft); font-size: .9rem; }
input[type=text] {
  width: 100%; margin: .35rem 0 1.25rem; padding: .7rem; font: inherit; color: inherit;
  background: var(--sheet); border: 1px solid var(--soft); border-radius: .4rem;
}
.answers { display: flex; gap: 1rem; }
button {
  flex: 1; min-height: 3.25rem; padding: .75rem 1rem; font: inherit; font-size: 1.1rem; font-weight: 600;
  border: 2px solid var(--yes); border-radius: .5rem; background: var(--yes); color: var(--yes-ink); cursor: pointer;
}
button.deny { border-color: var(--no); background: transparent; color: var(--no); }
button[hidden] { display: none; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; }
code { font: .95em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
footer { margin-top: 1.75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
footer p { margin: 0 0 .5rem; }
@media (max-width: 34rem) {
  main { margin: 0; padding: 1.25rem; border: 0; border-radius: 0; min-height: 100vh; }
  h1 { font-size: 1.3rem; }
  dl { display: block; }
  dt { padding-bottom: 0; font-size: .9rem; }
  dd { padding-top: 0; border-top: 0; }
  .answers { flex-direction: column; }
}
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** No script, no image, no font, nothing from elsewhere; the form goes back to where it came from. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
