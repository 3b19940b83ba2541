/** The mailbox as pages: a list, and one mail with its text and its HTML kept apart from ours. */
import { html } from 'hono/html';
import type { Mail } from '#local/emulator/mails.ts';

type Markup = ReturnType<typeof html>;

/** A mail may open links in a new tab, outside its frame, and do nothing else: no script, form or navigation. */
export const frameSandbox = 'allow-popups allow-popups-to-escape-sandbox';

const style = html`<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
  table { border-collapse: collapse; width: 100%; }
  td, th { border-bottom: 1px solid #ccc; padding: 0.4rem 0.6rem; text-align: left; }
  iframe { border: 1px solid #ccc; height: 32rem; width: 100%; }
  pre { background: #f5f5f5; overflow-x: auto; padding: 1rem; white-space: pre-wrap; }
</style>`;

/** Newest first. */
export function listPage(mails: readonly Mail[]): Markup {
  const rows = mails.toReversed().map(
    (mail) => html`<tr>
      <td><time datetime="${mail.sentAt.toISOString()}">${mail.sentAt.toISOString().slice(11, 19)}</time></td>
      <td>${mail.to.join(', ')}</td>
      <td><a href="${mailPath(mail.id)}">${mail.subject || '(no subject)'}</a></td>
    </tr>`,
  );
  return page(
    'Mailbox',
    html`<h1>Mailbox</h1>
      <p>Every mail that the local cloud has sent. Reload to see new ones.</p>
      ${
        rows.length === 0
          ? html`<p>No mail yet.</p>`
          : html`<table>
              <thead><tr><th>Sent (UTC)</th><th>To</th><th>Subject</th></tr></thead>
              <tbody>${rows}</tbody>
            </table>`
      }`,
  );
}

export function mailPage(mail: Mail): Markup {
  return page(
    mail.subject,
    html`<p><a href="/">Mailbox</a></p>
      <h1>${mail.subject}</h1>
      <p>From ${mail.from} to ${mail.to.join(', ')}, ${mail.sentAt.toISOString()}</p>
      ${mail.html && html`<iframe title="The mail" sandbox="${frameSandbox}" src="${mailPath(mail.id)}/html"></iframe>`}
      <h2>As plain text</h2>
      <pre>${mail.text || '(this mail has no text alternative)'}</pre>`,
  );
}

export function notFoundPage(): Markup {
  return page('No such mail', html`<h1>No such mail</h1><p><a href="/">Mailbox</a></p>`);
}

/** The mail's own HTML; its links open beside it, since the pages they lead to refuse to be framed. */
export function frameContent(mail: Mail): string {
  return `<base target="_blank">${mail.html}`;
}

export function mailPath(id: string): string {
  return `/mails/${encodeURIComponent(id)}`;
}

function page(title: string, content: Markup): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${style}
      </head>
      <body>${content}</body>
    </html>`;
}
