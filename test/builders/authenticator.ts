/** An authenticator in software: makes passkeys and signs with them as browsers send it, and as they never should. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { memoryPages } from '#adapters/memory/world.ts';

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();
const base64url = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');

export interface Manner {
  /** Where the page seemed to be. */
  origin?: string;
  domain?: string;
  type?: string;
  /** Whether it checked who touched it. */
  verified?: boolean;
  crossOrigin?: boolean;
}

/** COSE form of a P-256 public key. */
function coseOf(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const coordinate = (label: number, value: string) =>
    Buffer.concat([Buffer.from([label, 0x58, 0x20]), Buffer.from(value, 'base64url')]);
  return Buffer.concat([Buffer.from('a5010203262001', 'hex'), coordinate(0x21, x), coordinate(0x22, y)]);
}

/** CBOR of an attestation without a statement. */
function attestationOf(authData: Buffer): Buffer {
  const head = Buffer.concat([
    Buffer.from([0xa3, 0x63]),
    Buffer.from('fmt'),
    Buffer.from([0x64]),
    Buffer.from('none'),
    Buffer.from([0x67]),
    Buffer.from('attStmt'),
    Buffer.from([0xa0, 0x68]),
    Buffer.from('authData'),
  ]);
  return Buffer.concat([head, Buffer.from([0x58, authData.length]), authData]);
}

export class SoftAuthenticator {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly id = randomBytes(16);
  /** How often it was used; set it back to play a copy. -1: it doesn't count, as synced passkeys don't. */
  counter: number;
  constructor(counter = 0) {
    this.counter = counter;
  }

  #data(manner: Manner, flags: number, tail = Buffer.alloc(0)): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(Math.max(this.counter, 0));
    const verified = manner.verified === false ? 0 : 0x04;
    const rp = sha256(manner.domain ?? memoryPages.domain);
    return Buffer.concat([rp, Buffer.from([0x01 | verified | flags]), counter, tail]);
  }

  #clientData(type: string, challenge: string, manner: Manner): Buffer {
    const { origin = new URL(memoryPages.url).origin, crossOrigin = false } = manner;
    return Buffer.from(JSON.stringify({ type: manner.type ?? type, challenge, origin, crossOrigin }));
  }

  /** As `navigator.credentials.create` answers, as JSON text. */
  make(challenge: string, manner: Manner = {}): string {
    const { id } = this;
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id]);
    const authData = this.#data(manner, 0x40, Buffer.concat([attested, coseOf(this.#keys.publicKey)]));
    return this.#answer({
      clientDataJSON: base64url(this.#clientData('webauthn.create', challenge, manner)),
      attestationObject: base64url(attestationOf(authData)),
      transports: ['internal'],
    });
  }

  /** As `navigator.credentials.get` answers, as JSON text. */
  sign(challenge: string, manner: Manner = {}): string {
    if (this.counter >= 0) this.counter += 1;
    const authenticatorData = this.#data(manner, 0);
    const clientData = this.#clientData('webauthn.get', challenge, manner);
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    return this.#answer({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(sign('sha256', signed, this.#keys.privateKey)),
    });
  }

  #answer(response: object): string {
    const id = base64url(this.id);
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });
  }
}
