/** What the outside is told of a whole request: by the deployed stack, through event bus and queues, to a receiver and a ticket that check it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { announcementJsonSchema } from '#domain/announcement.ts';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import { createSecret } from '#local/emulator/secrets.ts';
import { silentProgress } from '#local/progress.ts';
import { aCommentSystem } from '../contracts/comment-systems.ts';
import { type NamedHosts, startNamedHosts } from '../local/named-hosts.ts';
import { factsOf } from './cloud.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson } from './person.ts';
import { getAccess, mayGet, until } from './steps.ts';

const secret = `whsec_${Buffer.from('receiver-secret-0123456789').toString('base64')}`;
const jira = aCommentSystem(
  'jira',
  `Basic ${Buffer.from('curfew@example.com:jira-token').toString('base64')}`,
);

interface Told {
  type: string;
  data: { id: string; text: string; request: { id: string; ticket?: string } };
}
const told: Told[] = [];
/** Ids in the order of the tries; the first try of each is turned away. */
const tries: string[] = [];

let dir: string;
let hosts: NamedHosts;
let cloud: LocalCloud;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-outgoing-'));
  hosts = await startNamedHosts(dir, {
    'example.atlassian.net': jira.answer,
    'down.example.com': (request) => request.socket.destroy(),
    'siem.example.com': (request, response) => {
      void textOf(request).then((body) => {
        const id = String(request.headers['webhook-id']);
        tries.push(id);
        if (tries.length === 1) return response.writeHead(503).end();
        // Throws for whatever is not signed, or not of now: then nothing is answered, and the test finds nothing told.
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        told.push(new Webhook(secret).verify(body, headers) as Told);
        return response.writeHead(204).end();
      });
    },
  });
  cloud = await startLocalCloud({
    progress: silentProgress(),
    company: { catalog: 'test/e2e/outgoing/curfew.yaml', cluster: 'payments-prod', role: 'pod-reader' },
    functionEnv: hosts.env,
  });
  await createSecret(cloud.emulator.url, 'curfew/receivers/siem', secret);
  const api = '{"user": "curfew@example.com", "token": "jira-token"}';
  await createSecret(cloud.emulator.url, 'curfew/api/jira', api);
});
afterAll(async () => {
  await Promise.all([cloud?.stop(), hosts?.close()]);
  await rm(dir, { recursive: true, force: true });
});

test('a request is told from its beginning to its end, signed, in the published form, and again where it was turned away', async () => {
  jira.tickets.add('PAY-71');
  const olga = await aPerson('olga', { cloud: factsOf(cloud) });
  const { id } = await getAccess(olga, { ticket: 'PAY-71' });
  expect(await mayGet(olga)).toBe('yes');
  await untilNothingStands(olga, id, 'revoked');
  const steps = ['submitted', 'approved', 'grant-opened', 'grant-active', 'revoking', 'revoked'];
  const ids = () => new Set(told.map(({ data }) => data.id));
  await until('everything is told', async () => (ids().size >= steps.length ? true : undefined));

  const own = told.filter(({ data }) => data.request.id === id);
  expect([...new Set(own.map(({ type }) => type))].sort()).toEqual([...steps].sort());
  const conforms = new Ajv2020({ formats: { 'date-time': true } }).compile(
    announcementJsonSchema() as object,
  );
  for (const { data } of own) expect(conforms(data), JSON.stringify(conforms.errors)).toBe(true);
  // The one that was turned away came again, under its own id.
  expect(tries.filter((one) => one === tries[0]).length).toBeGreaterThanOrEqual(2);
  expect(ids()).toContain(tries[0]);
  // Whoever is down has delayed nobody.
  expect(hosts.asked).toContain('https://down.example.com/in');

  await until('the ticket is told', async () => (jira.comments.length >= 4 ? true : undefined));
  const comments = jira.comments.map(({ text }) => text).sort();
  expect(jira.comments.every(({ ticket }) => ticket === 'PAY-71')).toBe(true);
  expect(comments.join('\n')).toMatch(/asks for pod-reader in payments on payments-prod/);
  expect(comments.join('\n')).toMatch(/rita@example.com approved/);
  expect(comments.join('\n')).toMatch(/has pod-reader .*, until 2\d{3}-/);
  expect(comments.join('\n')).toMatch(/ended at /);
  expect(comments.every((text) => text.startsWith('Curfew, '))).toBe(true);
  const all = JSON.stringify([told, jira.comments]);
  expect(all).not.toMatch(/taskToken|\/review\/|AQC|whsec_|jira-token/);
  expect(hosts.refused).toEqual([]);
}, 240_000);
