/** Stand-ins for the REST APIs of Jira Cloud, ServiceNow and PagerDuty: strict about who asks for what and how, and able to misbehave. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TicketSystem } from '#domain/catalog-ticketing.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';

export type LookedAt = Extract<TicketSystem, 'jira' | 'servicenow' | 'pagerduty'>;

/** A ticket as its system keeps it, in the words of that system. */
export interface KeptTicket {
  name: string;
  open: boolean;
  state: string;
  approval?: string;
  assignee?: { id: string; address?: string; customer?: boolean; inactive?: boolean };
  /** Seconds' precision, UTC. */
  window?: { from: string; to: string };
}

/** What it does in place of a proper answer. */
export type Mischief =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'hangs'
  | 'hangs-up'
  | 'trickles';

export interface TicketSystemStandIn {
  tickets: Map<string, KeptTicket>;
  /** Path and query of what was asked, oldest first; also of what it refused. */
  asked: string[];
  /** Who may ask. */
  authorization: string;
  mischief: Mischief | undefined;
  /** For whoever serves it: `startTicketServer`, or `startNamedHosts` under a name. */
  answer: RequestListener;
}

export interface TicketServer extends TicketSystemStandIn {
  url: string;
  certificateAuthority: string;
  stop(): Promise<void>;
}

type Answer = [status: number, body: unknown];

const windowFields = { from: 'customfield_10061', to: 'customfield_10062' };

const systems: Record<LookedAt, (url: URL, accept: string, server: TicketSystemStandIn) => Answer> = {
  jira(url, accept, { tickets }) {
    const [, key] = /^\/rest\/api\/3\/issue\/([A-Z][A-Z0-9_]*-\d+)$/.exec(url.pathname) ?? [];
    const fields = url.searchParams.get('fields')?.split(',') ?? [];
    if (!key || accept !== 'application/json' || [...url.searchParams.keys()].join() !== 'fields')
      return [400, { errorMessages: ['What is this?'] }];
    const found = tickets.get(key);
    if (!found)
      return [404, { errorMessages: ['Issue does not exist or you do not have permission to see it.'] }];
    const { assignee, window } = found;
    const time = (at: string | undefined) => at?.replace('Z', '.000+0000') ?? null;
    const all: Record<string, unknown> = {
      status: {
        self: 'https://example.atlassian.net/rest/api/3/status/5',
        name: found.state,
        statusCategory: { id: 3, key: found.open ? 'indeterminate' : 'done' },
      },
      assignee: assignee
        ? {
            accountId: assignee.id,
            accountType: assignee.customer ? 'customer' : 'atlassian',
            active: !assignee.inactive,
            displayName: 'Alice',
            ...(assignee.address === undefined ? {} : { emailAddress: assignee.address }),
          }
        : null,
      [windowFields.from]: time(window?.from),
      [windowFields.to]: time(window?.to),
    };
    const given = Object.fromEntries(Object.entries(all).filter(([name]) => fields.includes(name)));
    return [200, { id: '30017', key: found.name, self: 'x', fields: given }];
  },
  servicenow(url, accept, { tickets }) {
    const { pathname, searchParams: query } = url;
    const [, number] = /^number=([A-Z0-9]+)$/.exec(query.get('sysparm_query') ?? '') ?? [];
    if (pathname !== '/api/now/table/change_request' || !number || accept !== 'application/json')
      return [400, { error: { message: 'Invalid' }, status: 'failure' }];
    if (query.get('sysparm_display_value') !== 'all') return [400, { error: { message: 'Not both' } }];
    const found = tickets.get(number);
    if (!found) return [200, { result: [] }];
    const shown = (value: string | undefined, display = value) => ({
      display_value: display ?? '',
      value: value ?? '',
    });
    const time = (at: string | undefined) =>
      shown(at?.replace('T', ' ').replace('Z', ''), 'in their own zone');
    const record: Record<string, unknown> = {
      number: shown(found.name),
      active: shown(String(found.open)),
      state: shown('-1', found.state),
      approval: shown(found.approval?.toLowerCase(), found.approval),
      'assigned_to.email': shown(found.assignee?.address),
      'assigned_to.user_name': shown(found.assignee?.id),
      start_date: time(found.window?.from),
      end_date: time(found.window?.to),
    };
    const wanted = query.get('sysparm_fields')?.split(',') ?? [];
    return [200, { result: [Object.fromEntries(wanted.map((name) => [name, record[name]]))] }];
  },
  pagerduty(url, accept, { tickets }) {
    const [, id] = /^\/incidents\/([A-Z0-9]+)$/.exec(url.pathname) ?? [];
    if (!id || accept !== 'application/vnd.pagerduty+json;version=2') return [400, { error: { code: 2001 } }];
    const found = tickets.get(id);
    if (!found) return [404, { error: { message: 'Not Found', code: 2100 } }];
    const whole = url.searchParams.getAll('include[]').includes('assignees');
    const { assignee } = found;
    return [
      200,
      {
        incident: {
          id: found.name,
          type: 'incident',
          incident_number: 17,
          status: found.state,
          assignments: assignee
            ? [
                {
                  at: '2026-11-21T07:00:00Z',
                  assignee: {
                    id: assignee.id,
                    type: whole ? 'user' : 'user_reference',
                    summary: 'Alice',
                    ...(whole && assignee.address !== undefined ? { email: assignee.address } : {}),
                  },
                },
              ]
            : [],
        },
      },
    ];
  },
};

export function aTicketSystem(system: LookedAt, authorization: string): TicketSystemStandIn {
  const made: TicketSystemStandIn = {
    tickets: new Map(),
    asked: [],
    authorization,
    mischief: undefined,
    answer(request, response) {
      request.resume();
      serve(system, made, request, response);
    },
  };
  return made;
}

/** At an address of its own, certified by an authority of its own. */
export function startTicketServer(system: LookedAt, authorization: string): Promise<TicketServer> {
  return served(aTicketSystem(system, authorization));
}

export async function served<T extends { answer: RequestListener }>(
  made: T,
): Promise<T & Pick<TicketServer, 'url' | 'certificateAuthority' | 'stop'>> {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-tickets-'));
  const pki = await ensurePki(dir);
  const [ca, cert, key] = await Promise.all(
    [pki.ca, pki.serverCert, pki.serverKey].map((file) => readFile(file, 'utf8')),
  );
  const https = createServer({ cert, key }, made.answer);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  return Object.assign(made, {
    url: `https://127.0.0.1:${(https.address() as AddressInfo).port}`,
    certificateAuthority: ca ?? '',
    async stop() {
      https.closeAllConnections();
      await new Promise((resolve) => https.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  });
}

function serve(
  system: LookedAt,
  server: TicketSystemStandIn,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '', 'https://tickets.example.com');
  server.asked.push(request.url ?? '');
  const { mischief } = server;
  if (mischief === 'hangs') return;
  if (mischief === 'hangs-up') return void request.socket.destroy();
  if (mischief === 'trickles') {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
    return;
  }
  if (mischief) return void response.writeHead(mischief.status, mischief.headers).end(mischief.body);
  const { authorization, accept = '' } = request.headers;
  const [status, body]: Answer =
    request.method !== 'GET'
      ? [405, {}]
      : authorization === server.authorization
        ? systems[system](url, accept, server)
        : [401, { message: 'Who are you?' }];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
