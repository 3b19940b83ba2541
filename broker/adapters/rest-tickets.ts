/** Asks the catalog's ticket systems about one ticket: only those hosts, over https, bounded, and strict about the answer. */
import type { Catalog } from '#domain/catalog.ts';
import { listed } from '#domain/catalog-lookup.ts';
import type { TicketSource, TicketSystem } from '#domain/catalog-ticketing.ts';
import { Unavailable } from '#domain/errors.ts';
import type { TicketFacts } from '#domain/ticket.ts';
import type { Secrets, Tickets } from '#ports';
import { ask, NoAnswer } from './bounded-https.ts';
import { ApiSecrets, jsonOf } from './tickets/api-secrets.ts';
import { jiraApi } from './tickets/jira.ts';
import { pagerdutyApi } from './tickets/pagerduty.ts';
import { servicenowApi } from './tickets/servicenow.ts';
import type { ApiSecret, TicketApi } from './tickets/system.ts';

const apis: Partial<Record<TicketSystem, TicketApi>> = {
  jira: jiraApi,
  pagerduty: pagerdutyApi,
  servicenow: servicenowApi,
};

const timeoutMs = 2_500;
const maxAnswerBytes = 256 * 1024;

export interface RestTicketsOptions {
  catalog: Pick<Catalog, 'ticketing'>;
  secrets: Secrets;
  /** Where a host of the catalog is: `https://` and its name, but for tests. */
  addressOf?: (host: string) => string;
  certificateAuthority?: string;
  /** Longest wait for an answer: 2500 ms. */
  timeoutMs?: number;
}

export class RestTickets implements Tickets {
  readonly #of: RestTicketsOptions;
  readonly #secrets: ApiSecrets;
  constructor(of: RestTicketsOptions) {
    this.#of = of;
    this.#secrets = new ApiSecrets(of.secrets);
  }

  async read(sourceName: string, ticket: string): Promise<TicketFacts | 'absent'> {
    const source = listed(this.#of.catalog.ticketing.sources, sourceName);
    const api = source && apis[source.kind];
    const { host, apiSecretName } = source ?? {};
    if (!api || host === undefined || apiSecretName === undefined)
      throw new Unavailable(`The catalog does not say how to ask ${sourceName}.`);
    const path = api.pathOf(ticket, source);
    if (path === undefined) return 'absent';
    const url = new URL(path, this.#of.addressOf?.(host) ?? `https://${host}`);
    try {
      const { status, text } = await this.#secrets.asking(apiSecretName, (secret) =>
        this.#ask(url, api, secret),
      );
      if (status === 404) return 'absent';
      if (status !== 200) throw new NoAnswer(`answered with status ${status}`);
      return facts(api, text, ticket, source);
    } catch (error) {
      if (error instanceof NoAnswer) throw new Unavailable(`Ticket system ${sourceName} ${error.message}.`);
      throw error;
    }
  }

  #ask(url: URL, api: TicketApi, secret: ApiSecret) {
    const headers = { ...api.headers, authorization: api.authorization(secret), 'user-agent': 'curfew' };
    const { certificateAuthority, timeoutMs: within = timeoutMs } = this.#of;
    return ask(url, { method: 'GET', headers, certificateAuthority, timeoutMs: within, maxAnswerBytes });
  }
}

function facts(api: TicketApi, text: string, ticket: string, source: TicketSource): TicketFacts | 'absent' {
  try {
    return api.read(jsonOf(text), ticket, source);
  } catch {
    // What it holds instead may be anything, and is not repeated.
    throw new NoAnswer('answered in another form than is documented');
  }
}
