/** The one script of our pages, and of those alone on which a passkey is made or signs; it does nothing before its button is pressed. */
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Markup } from './layout.ts';
import { pagePolicy } from './style.ts';

/** Runs in browsers as it stands here: plain, old enough for phones, and without an address of anything. */
const script = `
(() => {
  'use strict';
  const form = document.querySelector('form[data-passkey]');
  const told = document.getElementById('passkey-told');
  const ask = JSON.parse(form.dataset.passkey);
  const signed = form.elements.namedItem('signed');
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const known = (list) => list.map((one) => ({ ...one, type: 'public-key', id: bytes(one.id) }));
  const made = async ({ create, get }) =>
    create
      ? navigator.credentials.create({ publicKey: {
          ...create,
          challenge: bytes(create.challenge),
          user: { ...create.user, id: bytes(create.user.id) },
          excludeCredentials: known(create.excludeCredentials),
        } })
      : navigator.credentials.get({ publicKey: {
          ...get,
          challenge: bytes(get.challenge),
          allowCredentials: known(get.allowCredentials),
        } });
  const plain = ({ id, type, response: given }) => {
    const response = {};
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
      if (given[name]) response[name] = text(given[name]);
    if (given.getTransports) response.transports = given.getTransports();
    return JSON.stringify({ id, rawId: id, type, clientExtensionResults: {}, response });
  };
  const say = (words) => {
    told.textContent = words;
    told.hidden = words === '';
  };
  if (!window.PublicKeyCredential) say('This browser knows no passkeys here. Open the link in another one.');
  let busy = false;
  form.addEventListener('submit', (event) => {
    const button = event.submitter;
    if (signed.value !== '' || !button || !button.hasAttribute('data-signs')) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    say('');
    made(ask)
      .then((credential) => {
        signed.value = plain(credential);
        form.requestSubmit(button);
      })
      .catch((error) => {
        say(error.name === 'InvalidStateError'
          ? 'This device has a passkey of yours already. Use another device.'
          : 'Your passkey was not used, so nothing was sent. Press the button to try again. (' + error.name + ')');
      })
      .finally(() => { busy = false; });
  });
  window.addEventListener('pageshow', () => { signed.value = ''; });
})();
`;

const scriptHash = createHash('sha256').update(script).digest('base64');

/** Of the pages with the script: it, and no other. */
export const passkeyPolicy = `${pagePolicy}; script-src 'sha256-${scriptHash}'`;

/** Behind the form, which has `data-passkey`, a field `signed`, and buttons with `data-signs`. */
export const passkeyScript: Markup = html`<script>${raw(script)}</script>`;

/** Where the script says what went wrong. */
export const passkeyTold: Markup = html`<p id="passkey-told" class="notice" role="alert" hidden></p>
      <noscript><p class="notice">Passkeys need JavaScript, which is off here: turn it on for this page, and load it again.</p></noscript>
      <input type="hidden" name="signed" value="">`;
