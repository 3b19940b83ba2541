/** Sends to the catalog's receivers: over https, at the host that the catalog names, bounded, and wherever else it may lead, not there. */
import { Unavailable } from '#domain/errors.ts';
import type { Receivers } from '#ports';
import { ask, NoAnswer } from './bounded-https.ts';
import { publicLookup } from './public-addresses.ts';

/** Standard Webhooks asks senders to wait for 15 to 30 seconds. */
const timeoutMs = 15_000;

export interface HttpsReceiversOptions {
  /** Where the catalog's address is: itself, but for tests. */
  addressOf?: (url: string) => string;
  certificateAuthority?: string;
  /** Longest wait for an answer: 15 s. */
  timeoutMs?: number;
}

export class HttpsReceivers implements Receivers {
  readonly #of: HttpsReceiversOptions;
  constructor(of: HttpsReceiversOptions = {}) {
    this.#of = of;
  }

  async send(
    { url, internal }: { url: string; internal: boolean },
    { headers, body }: { headers: Record<string, string>; body: string },
  ): Promise<void> {
    const { addressOf, certificateAuthority, timeoutMs: within = timeoutMs } = this.#of;
    const { hostname } = new URL(url);
    try {
      const { status } = await ask(new URL(addressOf?.(url) ?? url), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'curfew' },
        body,
        certificateAuthority,
        timeoutMs: within,
        // What it says beside its status is of no use to anybody here.
        maxAnswerBytes: 0,
        ...(internal ? {} : { lookup: publicLookup }),
      });
      if (status < 200 || status > 299) throw new NoAnswer(`answered with status ${status}`);
    } catch (error) {
      if (error instanceof NoAnswer) throw new Unavailable(`${hostname} ${error.message}.`);
      throw error;
    }
  }
}
