import { describe, expect, it } from 'vitest';
import { checkpointKeys } from '#adapters/checkpoint-keys.ts';
import { faultOfProof, proveRequest, type RequestProof } from '#domain/audit-log/request-proof.ts';
import { RequestNotFound } from '#domain/errors.ts';
import { addEvent, aLog, aLogKey, type BuiltLog, sourceOf } from '../../builders/audit-log.ts';

const key = aLogKey();
const { isSigned } = checkpointKeys(key.pem);
const someRequest = (log: BuiltLog) => [...log.heads.keys()][0] ?? '';
const proven = (log: BuiltLog) => proveRequest(sourceOf(log.objects), someRequest(log));

describe('a proof of a request', () => {
  it('holds with the public key alone, after any number of other events', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const log = aLog(key, { seed, seals: 1 + seed });
      const proof: RequestProof = JSON.parse(JSON.stringify(await proven(log)));
      expect(faultOfProof(proof, isSigned)).toBeUndefined();
      expect(proof.events).toHaveLength(log.heads.get(someRequest(log))?.seq ?? 0);
    }
  });

  it('fails for whatever is changed in it', async () => {
    const log = aLog(key, { seed: 1, seals: 6, requests: 2 });
    const proof = await proven(log);
    const { checkpoint, events } = proof;
    const [first, ...others] = events;
    if (!first || others.length === 0) throw new Error('This log has a request with several events.');
    const faults = [
      { ...proof, checkpoint: { ...checkpoint, checkpoint: { ...checkpoint.checkpoint, size: 99 } } },
      { ...proof, checkpoint: aLogKey().sign(checkpoint.checkpoint) },
      { ...proof, events: others },
      { ...proof, events: [first, ...others.slice(1)] },
      { ...proof, events: [...events].reverse() },
      { ...proof, events: [{ ...first, leaf: first.leaf + 1 }, ...others] },
      { ...proof, events: [{ ...first, leaf: 10_000 }, ...others] },
      { ...proof, events: [{ ...first, path: first.path.slice(1) }, ...others] },
      { ...proof, events: [{ ...first, text: first.text.replace('alice', 'mallo') }, ...others] },
    ].map((changed) => faultOfProof(changed, isSigned));
    expect(faults).toEqual([
      expect.stringContaining('not signed'),
      expect.stringContaining('not signed'),
      expect.stringContaining('is missing'),
      ...(others.length > 1 ? [expect.stringContaining('is missing')] : [undefined]),
      expect.stringContaining('is missing'),
      expect.stringContaining('not in the tree'),
      expect.stringContaining('behind the checkpoint'),
      expect.stringContaining('not in the tree'),
      expect.stringContaining('edited'),
    ]);
  });

  it('is not made for a request that has no leaf', async () => {
    const log = aLog(key);
    const { requestId } = addEvent(log, 9);
    await expect(proveRequest(sourceOf(log.objects), requestId)).rejects.toBeInstanceOf(RequestNotFound);
  });
});

describe('the keys of checkpoints', () => {
  it('are public P-256 keys, one or more', () => {
    const other = aLogKey();
    const [signed] = aLog(other).checkpoints;
    if (!signed) throw new Error('A log has a checkpoint.');
    expect(checkpointKeys(`${key.pem}\n${other.pem}`).isSigned(signed)).toBe(true);
    expect(isSigned(signed)).toBe(false);
    expect(() => checkpointKeys('nothing')).toThrow('pin-key');
    const ed25519 = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=';
    const pem = `-----BEGIN PUBLIC KEY-----\n${ed25519}\n-----END PUBLIC KEY-----\n`;
    expect(() => checkpointKeys(pem)).toThrow('P-256');
  });
});
