/** Pages on which a reviewer makes a passkey, and what they say once it is made or can't be. */
import { html } from 'hono/html';
import { confirmationCode, type Passkey } from '#domain/passkey.ts';
import { instantInWords } from '#mail/instant-in-words.ts';
import { notePage, type Page, page } from './layout.ts';
import { passkeyPolicy, passkeyScript, passkeyTold } from './passkey-script.ts';

/** `ask`: what the browser is asked for, as JSON. */
export function enrolmentPage(
  passkey: Passkey,
  ask: string,
  notice?: { status: Page['status']; says: string },
): Page {
  const { person, name, enrolment } = passkey;
  return page({
    status: notice?.status ?? 200,
    title: 'Make a passkey to approve with',
    brand: `passkey of ${person}`,
    policy: passkeyPolicy,
    body: html`${
      notice
        ? html`<div class="notice" role="alert"><h2>Nothing was recorded</h2><p>${notice.says}</p></div>`
        : ''
    }
    <p>With it you approve requests from the page behind a mailed link, and nobody else can in your name.
      It is made on this device, or on a phone or key that your browser offers.</p>
    <dl>
      <dt>For</dt><dd>${person}</dd>
      <dt>You call it</dt><dd>${name}</dd>
      <dt>This link</dt><dd>works once, until ${instantInWords(enrolment.expiresAt)}</dd>
    </dl>
    <form method="post" autocomplete="off" data-passkey="${ask}">
      ${passkeyTold}
      <div class="answers"><button type="submit" class="approve" data-signs>Make the passkey</button></div>
    </form>
    <footer>
      <p>If you are not ${person}, or did not ask for it with <code>curfew passkey enroll</code> just now, close this
        page and tell your platform team.</p>
    </footer>
    ${passkeyScript}`,
  });
}

export function madePage({ id, person, credential }: Passkey): Page {
  const code = credential ? confirmationCode(credential) : '';
  return page({
    status: 200,
    title: 'Your passkey is made, and waits for a second person',
    brand: `passkey of ${person}`,
    body: html`<p>Somebody else who reviews has to vouch that it was you. Talk to them, in person or by voice, and
      read them this code. It is shown only here:</p>
    <p class="why"><code>${code}</code></p>
    <p>They run <code>curfew passkey confirm ${id}</code>, and type the code.</p>
    <p>Until then it approves nothing. <code>curfew passkey list</code> shows how it stands.</p>`,
  });
}

export function enrolmentOverPage(says: string): Page {
  return notePage({
    status: 410,
    title: 'This link makes no passkey',
    brand: 'passkeys',
    says,
    next: html`For a new link, where you are signed in to AWS: <code>curfew passkey enroll</code>`,
  });
}
