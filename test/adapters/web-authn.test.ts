import { describe, expect, it } from 'vitest';
import { memoryPages } from '#adapters/memory/world.ts';
import { webAuthn } from '#adapters/web-authn.ts';
import { PasskeyRefused } from '#domain/errors.ts';
import { type Manner, SoftAuthenticator } from '../builders/authenticator.ts';

const authenticators = webAuthn(memoryPages);
const challenge = Buffer.from('what this page shows').toString('base64url');
const other = Buffer.from('another request').toString('base64url');

async function made(device = new SoftAuthenticator()) {
  return { device, credential: await authenticators.registered(device.make(challenge), challenge) };
}

describe('a passkey that is made', () => {
  it('comes out as what has to be kept of it', async () => {
    const { device, credential } = await made();
    expect(credential).toEqual({
      id: device.id.toString('base64url'),
      publicKey: expect.stringMatching(/^[\w-]{80,}$/),
      counter: 0,
      transports: ['internal'],
    });
  });

  const wrong: [string, Manner, RegExp][] = [
    [
      'on another site',
      { origin: 'https://curfew.example.net' },
      /another site than https:\/\/curfew\.example\.com/,
    ],
    ['for another domain', { domain: 'example.net' }, /did not sign what it should have/],
    ['without a check of who was there', { verified: false }, /did not check that it is you/],
    ['inside a frame of another site', { crossOrigin: true }, /inside a page of another site/],
    ['as an answer to another question', { type: 'webauthn.get' }, /did not sign what it should have/],
  ];
  it.each(wrong)('%s is refused', async (_how, manner, words) => {
    const refused = authenticators.registered(new SoftAuthenticator().make(challenge, manner), challenge);
    await expect(refused).rejects.toBeInstanceOf(PasskeyRefused);
    await expect(refused).rejects.toThrow(words);
  });

  it('for another page is refused', async () => {
    const refused = authenticators.registered(new SoftAuthenticator().make(other), challenge);
    await expect(refused).rejects.toThrow(/another page or another request/);
  });
});

describe('what a passkey signs', () => {
  it('is taken for the challenge it was asked for, with its counter and what proves it', async () => {
    const { device, credential } = await made();
    const text = device.sign(challenge);
    const { counter, proof } = await authenticators.asserted(text, challenge, credential);
    expect(counter).toBe(1);
    const { response } = JSON.parse(text);
    expect(proof).toEqual({ credentialId: credential.id, ...response });
    expect(authenticators.credentialOf(text)).toBe(credential.id);
  });

  const wrong: [string, Manner, RegExp][] = [
    ['on another site', { origin: 'https://evil.example' }, /another site/],
    ['on a site of the same name without TLS', { origin: 'http://curfew.example.com' }, /another site/],
    ['for another domain', { domain: 'evil.example' }, /did not sign what it should have/],
    ['without a check of who was there', { verified: false }, /did not check that it is you/],
    ['inside a frame of another site', { crossOrigin: true }, /inside a page of another site/],
    ['when it was made', { type: 'webauthn.create' }, /did not sign what it should have/],
  ];
  it.each(wrong)('%s is refused', async (_how, manner, words) => {
    const { device, credential } = await made();
    const refused = authenticators.asserted(device.sign(challenge, manner), challenge, credential);
    await expect(refused).rejects.toBeInstanceOf(PasskeyRefused);
    await expect(refused).rejects.toThrow(words);
  });

  it('of another request is refused', async () => {
    const { device, credential } = await made();
    await expect(authenticators.asserted(device.sign(other), challenge, credential)).rejects.toThrow(
      /another page or another request/,
    );
  });

  it('by another key under its name is refused', async () => {
    const { credential } = await made();
    const forged = JSON.parse(new SoftAuthenticator().sign(challenge));
    const text = JSON.stringify({ ...forged, id: credential.id, rawId: credential.id });
    await expect(authenticators.asserted(text, challenge, credential)).rejects.toThrow(/did not sign/);
  });

  it.each(['', 'null', '[]', '{}', '{"id":1}', 'x'.repeat(10_000), `{"a":"${'x'.repeat(9_000)}"}`])(
    'has a form (%#): anything else is refused and of no credential',
    async (text) => {
      const { credential } = await made();
      await expect(authenticators.asserted(text, challenge, credential)).rejects.toBeInstanceOf(
        PasskeyRefused,
      );
      await expect(authenticators.registered(text, challenge)).rejects.toBeInstanceOf(PasskeyRefused);
      expect(authenticators.credentialOf(text)).toBeUndefined();
    },
  );
});
