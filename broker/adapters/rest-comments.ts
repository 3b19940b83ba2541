/** Writes comments into the catalog's ticket systems: only at those hosts, over https, bounded. */
import type { Catalog } from '#domain/catalog.ts';
import { listed } from '#domain/catalog-lookup.ts';
import type { TicketSource, TicketSystem } from '#domain/catalog-ticketing.ts';
import { Unavailable } from '#domain/errors.ts';
import type { TicketComment } from '#domain/ticket-comment.ts';
import type { Secrets, TicketComments } from '#ports';
import { ask, NoAnswer, type Question } from './bounded-https.ts';
import type { CommentApi } from './comments/comment-api.ts';
import { githubComments } from './comments/github.ts';
import { jiraComments } from './comments/jira.ts';
import { pagerdutyComments } from './comments/pagerduty.ts';
import { servicenowComments } from './comments/servicenow.ts';
import { ApiSecrets, jsonOf } from './tickets/api-secrets.ts';
import type { ApiSecret } from './tickets/system.ts';

const apis: Partial<Record<TicketSystem, CommentApi>> = {
  github: githubComments,
  jira: jiraComments,
  pagerduty: pagerdutyComments,
  servicenow: servicenowComments,
};

/** Nobody waits for it: a system may take its time, since what it may have written before it was given up is written twice. */
const timeoutMs = 15_000;
const maxAnswerBytes = 64 * 1024;

export interface RestCommentsOptions {
  catalog: Pick<Catalog, 'ticketing'>;
  secrets: Secrets;
  /** Where a host of the catalog is: `https://` and its name, but for tests. */
  addressOf?: (host: string) => string;
  certificateAuthority?: string;
  /** Longest wait for an answer: 15 s. */
  timeoutMs?: number;
}

type Asking = Pick<Question, 'method' | 'headers' | 'body'>;

export class RestComments implements TicketComments {
  readonly #of: RestCommentsOptions;
  readonly #secrets: ApiSecrets;
  constructor(of: RestCommentsOptions) {
    this.#of = of;
    this.#secrets = new ApiSecrets(of.secrets);
  }

  async write(sourceName: string, comment: TicketComment): Promise<'written' | 'absent'> {
    const source = listed(this.#of.catalog.ticketing.sources, sourceName);
    const api = source && apis[source.kind];
    const { host, apiSecretName, comments } = source ?? {};
    if (!api || !comments || host === undefined || apiSecretName === undefined)
      throw new Unavailable(`The catalog does not say how to write comments to ${sourceName}.`);
    try {
      const answer = await this.#secrets.asking(apiSecretName, (secret) =>
        this.#write(api, { source, host, secret }, comment),
      );
      if (answer.status === 404) return 'absent';
      if (answer.status !== 200 && answer.status !== 201)
        throw new NoAnswer(`answered a comment with status ${answer.status}`);
      return 'written';
    } catch (error) {
      if (error instanceof NoAnswer) throw new Unavailable(`Ticket system ${sourceName} ${error.message}.`);
      throw error;
    }
  }

  /** What can't be a ticket there is absent as one that is not there. */
  async #write(
    api: CommentApi,
    { source, host, secret }: { source: TicketSource; host: string; secret: ApiSecret },
    comment: TicketComment,
  ): Promise<{ status: number }> {
    const absent = { status: 404 };
    const headers = { ...api.headers, authorization: api.authorization(secret), 'user-agent': 'curfew' };
    let found: unknown;
    if (api.lookUp) {
      const path = api.lookUp(comment.ticket, source);
      if (path === undefined) return absent;
      const { status, text } = await this.#ask(host, path, { method: 'GET', headers });
      if (status !== 200) return { status };
      found = jsonOf(text);
    }
    const call = callOf(api, comment, { source, secret, found });
    if (call === undefined || call === 'absent') return absent;
    return this.#ask(host, call.path, {
      method: call.method,
      headers: { ...headers, 'content-type': 'application/json', ...call.headers },
      body: JSON.stringify(call.body),
    });
  }

  #ask(host: string, path: string, asking: Asking) {
    const { addressOf, certificateAuthority, timeoutMs: within = timeoutMs } = this.#of;
    const url = new URL(path, addressOf?.(host) ?? `https://${host}`);
    return ask(url, { ...asking, certificateAuthority, timeoutMs: within, maxAnswerBytes });
  }
}

function callOf(api: CommentApi, ...of: Parameters<CommentApi['write']>): ReturnType<CommentApi['write']> {
  try {
    return api.write(...of);
  } catch {
    // What it holds instead may be anything, and is not repeated.
    throw new NoAnswer('answered in another form than is documented');
  }
}
