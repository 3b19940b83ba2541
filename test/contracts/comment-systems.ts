/** Stand-ins for what ticket systems' REST APIs do with comments: strict about who writes what and how, and able to misbehave. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import * as z from 'zod';
import type { TicketSystem } from '#domain/catalog-ticketing.ts';

export type Commented = Exclude<TicketSystem, 'standard-webhooks'>;

export interface CommentSystemStandIn {
  tickets: Set<string>;
  /** As people would read them there. */
  comments: { ticket: string; text: string }[];
  /** Method, path and query of what was asked, oldest first; also of what it refused. */
  asked: string[];
  authorization: string;
  /** In place of a proper answer: a status, no answer at all, or none after it was written. */
  mischief: number | 'hangs' | 'written-and-hangs' | 'redirects' | 'other-form' | undefined;
  answer: RequestListener;
}

interface Put {
  ticket: string;
  text: string;
}

const node = z.strictObject({ type: z.literal('text'), text: z.string().min(1) });
const paragraph = z.strictObject({ type: z.literal('paragraph'), content: z.array(node) });
const jiraBody = z.strictObject({
  body: z.strictObject({
    type: z.literal('doc'),
    version: z.literal(1),
    content: z.array(paragraph),
  }),
});
const textIn = ({ content }: z.output<typeof paragraph>) => content.map(({ text }) => text).join('');

const notesBody = z.strictObject({ work_notes: z.string().min(1) });
const noteBody = z.strictObject({ note: z.strictObject({ content: z.string().min(1) }) });
const githubBody = z.strictObject({ body: z.string().min(1) });

const sysId = (ticket: string) => Buffer.from(ticket.padEnd(16, '.')).toString('hex').slice(0, 32);

/** What each writes, and how it answers; undefined for what it doesn't know. */
const writes: Record<Commented, (path: string, request: IncomingMessage, body: unknown) => Put | undefined> =
  {
    jira(path, { method, headers }, body) {
      const [, ticket] = /^\/rest\/api\/3\/issue\/([A-Z][A-Z0-9_]*-\d+)\/comment$/.exec(path) ?? [];
      if (method !== 'POST' || !ticket || headers.accept !== 'application/json') return undefined;
      return { ticket, text: jiraBody.parse(body).body.content.map(textIn).join('\n') };
    },
    servicenow(path, { method }, body) {
      const [, id] = /^\/api\/now\/table\/change_request\/([0-9a-f]{32})$/.exec(path) ?? [];
      if (method !== 'PATCH' || !id) return undefined;
      const ticket = Buffer.from(id, 'hex').toString().replace(/\.+$/, '');
      return { ticket, text: notesBody.parse(body).work_notes };
    },
    pagerduty(path, { method, headers }, body) {
      const [, ticket] = /^\/incidents\/([A-Z0-9]+)\/notes$/.exec(path) ?? [];
      const from = headers.from === 'curfew@example.com';
      if (method !== 'POST' || !ticket || !from || !headers.accept?.endsWith('version=2')) return undefined;
      return { ticket, text: noteBody.parse(body).note.content };
    },
    github(path, { method, headers }, body) {
      const [, repository, number] =
        /^\/repos\/([\w.-]+\/[\w.-]+)\/issues\/(\d+)\/comments$/.exec(path) ?? [];
      if (method !== 'POST' || !number || headers.accept !== 'application/vnd.github+json') return undefined;
      return { ticket: `${repository}#${number}`, text: githubBody.parse(body).body };
    },
  };

export function aCommentSystem(system: Commented, authorization: string): CommentSystemStandIn {
  const made: CommentSystemStandIn = {
    tickets: new Set(),
    comments: [],
    asked: [],
    authorization,
    mischief: undefined,
    answer: (request, response) => {
      void textOf(request).then((body) => {
        made.asked.push(`${request.method} ${request.url}`);
        const answer = (status: number, of: unknown, headers = {}) =>
          response
            .writeHead(status, { 'content-type': 'application/json', ...headers })
            .end(JSON.stringify(of));
        const { mischief } = made;
        if (mischief === 'hangs') return;
        if (mischief === 'redirects') return answer(307, {}, { location: 'https://evil.example.com/' });
        if (typeof mischief === 'number') return answer(mischief, {});
        if (request.headers.authorization !== made.authorization) return answer(401, {});
        const url = new URL(request.url ?? '', 'https://x.example.com');
        if (request.method === 'GET') {
          if (mischief === 'other-form')
            return answer(200, { result: [{ sys_id: '../../evil', number: 1 }] });
          return answer(...lookedUp(system, url, made.tickets));
        }
        const put =
          request.headers['content-type'] === 'application/json' && parsed(system, url, request, body);
        if (!put) return answer(400, { error: 'What is this?' });
        if (!made.tickets.has(put.ticket)) return answer(404, {});
        made.comments.push(put);
        if (mischief === 'written-and-hangs') return;
        return answer(system === 'servicenow' ? 200 : 201, { id: '1' });
      });
    },
  };
  return made;
}

function parsed(system: Commented, url: URL, request: IncomingMessage, body: string): Put | undefined {
  try {
    return url.search === '' ? writes[system](url.pathname, request, JSON.parse(body)) : undefined;
  } catch {
    return undefined;
  }
}

function lookedUp(system: Commented, url: URL, tickets: Set<string>): [number, unknown] {
  const [, number] = /^number=([A-Z0-9]+)$/.exec(url.searchParams.get('sysparm_query') ?? '') ?? [];
  if (system !== 'servicenow' || url.pathname !== '/api/now/table/change_request' || !number)
    return [405, {}];
  return [200, { result: tickets.has(number) ? [{ sys_id: sysId(number), number }] : [] }];
}
