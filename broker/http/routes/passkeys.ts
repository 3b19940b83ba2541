/** Passkeys of reviewers: enrol, confirm, list, revoke. What they sign goes through the review pages. */
import * as z from 'zod';
import { plainText } from '#domain/request.ts';
import { confirmPasskey, enrolPasskey, listPasskeys, revokeOnesPasskey } from '#operations/passkeys.ts';
import { byId, pageQuery } from '../page-query.ts';
import { enrolmentView, passkeyPage, passkeyView, passkeyViewOf } from '../passkey-view.ts';
import { type Route, route } from '../route.ts';

export const passkeys: Route[] = [
  route({
    name: 'enrolPasskey',
    method: 'POST',
    path: '/v1/passkeys',
    summary: 'Ask for a link on whose page one makes a passkey of oneself. Reviewers only.',
    body: z.strictObject({ name: plainText(60).describe('What you call it, such as `phone`.') }),
    answers: { 201: { description: 'Asked for; the link is for its person alone.', schema: enrolmentView } },
    problems: ['NotAllowed', 'WrongStatus'],
    async handle(world, { caller, body }) {
      const { passkey, link } = await enrolPasskey(world, { caller, ...body });
      const { expiresAt } = passkey.enrolment;
      return { status: 201, body: { passkey: passkeyViewOf(passkey), link, expiresAt } };
    },
  }),
  route({
    name: 'listPasskeys',
    method: 'GET',
    path: '/v1/passkeys',
    summary: "List one's own passkeys, or everybody's; those are for reviewers and operators.",
    query: z.strictObject({
      scope: z.enum(['mine', 'everybody']).default('mine').describe('Whose.'),
      ...pageQuery,
    }),
    answers: { 200: { description: 'One page; all of them where they are yours.', schema: passkeyPage } },
    problems: ['NotAllowed'],
    async handle(world, { caller, query: { scope, limit, cursor } }) {
      const page = await listPasskeys(world, {
        caller,
        everybody: scope === 'everybody',
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      });
      return { status: 200, body: { ...page, items: page.items.map(passkeyViewOf) } };
    },
  }),
  route({
    name: 'confirmPasskey',
    method: 'POST',
    path: '/v1/passkeys/{id}/confirm',
    summary:
      "Vouch for somebody else's passkey, by the code that they were shown. Reviewers and operators only.",
    params: byId,
    body: z.strictObject({
      code: z.string().min(1).max(40).describe('As its person reads it out: 1f2e-3d4c.'),
    }),
    answers: { 200: { description: 'Good for reviews from now on.', schema: passkeyView } },
    problems: ['NotAllowed', 'PasskeyNotFound', 'WrongStatus', 'RecordChanged'],
    async handle(world, { caller, params: { id }, body }) {
      return { status: 200, body: passkeyViewOf(await confirmPasskey(world, { caller, id, ...body })) };
    },
  }),
  route({
    name: 'revokePasskey',
    method: 'POST',
    path: '/v1/passkeys/{id}/revoke',
    summary: 'Let a passkey approve nothing any more. Its person, or an operator.',
    params: byId,
    body: z.strictObject({ reason: plainText(500) }),
    answers: { 200: { description: 'Revoked, now or before.', schema: passkeyView } },
    problems: ['NotAllowed', 'PasskeyNotFound', 'RecordChanged'],
    async handle(world, { caller, params: { id }, body }) {
      return { status: 200, body: passkeyViewOf(await revokeOnesPasskey(world, { caller, id, ...body })) };
    },
  }),
];
