/** Mailed review links as reviewers get them: asked for through the API, mailed by the real operation and messages. */
import { expect } from 'vitest';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import type { Caller } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import { createMessages } from '#mail/review-mail.ts';
import { askReviewers } from '#operations/ask-reviewers.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld, stored } from '../builders/world.ts';
import { aDoor, type Door, submission } from './signed-call.ts';

export const publicUrl = 'https://curfew.example.com/prod';

export interface Asked {
  door: Door;
  id: string;
  /** The record as it stands now. */
  now(): AccessRequest;
  /** Path of the link that was mailed to each reviewer. */
  linkOf(reviewer: string): string;
}

export const mailing = () => aWorld({ messages: createMessages({ publicUrl, catalog: sampleCatalog() }) });

/** Alice has had access for some minutes, until 08:30, and asks for as long again. */
export async function askedToExtend(): Promise<Asked & { extended: AccessRequest }> {
  const world = mailing();
  const extended = await stored(world.records, { status: 'active' });
  world.inside.clock.advance(5 * 60_000);
  const body = { duration: '30m' };
  const story = await asked(body, aCaller('alice'), world, `/v1/requests/${extended.id}/extend`);
  return { ...story, extended };
}

/** Asks for access as `as`, and mails the reviewers. */
export async function asked(
  body: object = submission,
  as: Caller = aCaller('alice'),
  world: Door['world'] = mailing(),
  path = '/v1/requests',
): Promise<Asked> {
  const door = aDoor(world);
  const response = await door.post(path, body, as);
  expect(response.status).toBe(201);
  const { id } = await response.json();
  door.world.inside.executions.waiting.add(`token-${id}`);
  await askReviewers(door.world, { requestId: id, taskToken: `token-${id}` });
  const mails = door.world.inside.mailer.sent;
  return {
    door,
    id,
    now() {
      const request = door.world.inside.records.requests.get(id);
      if (!request) throw new Error(`There is no request ${id}.`);
      return request;
    },
    linkOf(reviewer) {
      const mail = mails.findLast(({ to, text }) => to === reviewer && text.includes(id));
      const link = /https:\S+/.exec(mail?.text ?? '')?.[0];
      if (!link) throw new Error(`No link was mailed to ${reviewer}.`);
      return link.slice(publicUrl.length);
    },
  };
}

const unescaped = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Hidden fields of the form of a page: what a browser would send with either button. */
export function formOf(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, unescaped(value)]));
}

export const urlEncoded = { 'content-type': 'application/x-www-form-urlencoded' };

export function send(
  door: Door,
  link: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams(fields).toString();
  return door.call('POST', link, { headers: { ...urlEncoded, ...headers }, body });
}

/** Opens the page and answers as its form would. */
export async function answered(
  door: Door,
  link: string,
  answer: 'approve' | 'deny',
  fields: Record<string, string> = {},
) {
  const page = await (await door.get(link)).text();
  return send(door, link, { ...formOf(page), answer, ...fields });
}
