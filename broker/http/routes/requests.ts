/** Requests: ask, list, show, review, review afterwards, withdraw, revoke. */
import * as z from 'zod';
import { plainText, submissionSchema } from '#domain/request.ts';
import { claimRequest } from '#operations/claim-request.ts';
import { extendGrant } from '#operations/extend-grant.ts';
import { listRequests } from '#operations/list-requests.ts';
import { reviewAfterwards } from '#operations/review-afterwards.ts';
import { reviewRequest } from '#operations/review-request.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { showRequest } from '#operations/show-request.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { withdrawRequest } from '#operations/withdraw-request.ts';
import { byId, pageQuery } from '../page-query.ts';
import { holdingOf, requestPage, requestView, requestWithEvents, viewOf } from '../request-view.ts';
import { type Route, route } from '../route.ts';
import { usageView } from '../usage-view.ts';

const listQuery = z.strictObject({
  scope: z
    .enum(['mine', 'open', 'waiting'])
    .default('mine')
    .describe(
      '`mine`: all I asked for, newest first. `open`: not over yet, or with an after-review that is open, and of concern to me. `waiting`: what I can answer now, by review or after-review.',
    ),
  ...pageQuery,
});

const reason = plainText(500);
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "Give the request's digest: 64 lower-case hex characters.")
  .describe('Of the request as it was shown to you: you answer for exactly that.');
const reviewBody = z.strictObject({
  answer: z.enum(['approve', 'deny']),
  reason: reason.optional(),
  digest,
});
const afterReviewBody = z.strictObject({ verdict: z.enum(['accept', 'dispute']), reason, digest });

const extendBody = submissionSchema
  .pick({ duration: true, ticket: true })
  .extend({ reason: reason.optional() });

export const requests: Route[] = [
  route({
    name: 'submitRequest',
    method: 'POST',
    path: '/v1/requests',
    summary: 'Ask for access, for the identity that signed the call, or for somebody who has to claim it.',
    body: submissionSchema,
    idempotent: true,
    answers: {
      201: { description: 'Made.', schema: requestView },
      200: { description: 'Made by an earlier call with this Idempotency-Key.', schema: requestView },
    },
    problems: ['RequestRefused', 'NotAllowed', 'IdempotencyMismatch', 'RecordChanged', 'ClusterNotReady'],
    async handle(world, { caller, body, idempotencyKey }) {
      const input = { caller, submission: body, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
      const { request, created } = await submitRequest(world, input);
      return { status: created ? 201 : 200, body: viewOf(request) };
    },
  }),
  route({
    name: 'extendGrant',
    method: 'POST',
    path: '/v1/requests/{id}/extend',
    summary: 'Ask for a grant in force to go on: a request of its own, which starts where the grant ends.',
    params: byId,
    body: extendBody,
    idempotent: true,
    answers: {
      201: { description: 'Made.', schema: requestView },
      200: { description: 'Made by an earlier call with this Idempotency-Key.', schema: requestView },
    },
    problems: [
      'RequestRefused',
      'IdempotencyMismatch',
      'NotAllowed',
      'RequestNotFound',
      'WrongStatus',
      'RecordChanged',
      'ClusterNotReady',
    ],
    async handle(world, { caller, params: { id }, body: { duration, reason, ticket }, idempotencyKey }) {
      const { request, created } = await extendGrant(world, {
        caller,
        id,
        durationSeconds: duration,
        ...(reason === undefined ? {} : { reason }),
        ...(ticket === undefined ? {} : { ticket }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      return { status: created ? 201 : 200, body: viewOf(request) };
    },
  }),
  route({
    name: 'listRequests',
    method: 'GET',
    path: '/v1/requests',
    summary: 'List requests.',
    query: listQuery,
    answers: { 200: { description: 'One page.', schema: requestPage } },
    problems: [],
    async handle(world, { caller, query: { scope, limit, cursor } }) {
      const page = await listRequests(world, {
        caller,
        scope,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      });
      return { status: 200, body: { ...page, items: page.items.map(viewOf) } };
    },
  }),
  route({
    name: 'showRequest',
    method: 'GET',
    path: '/v1/requests/{id}',
    summary: 'Show one request with its timeline.',
    params: byId,
    answers: { 200: { description: 'The request and its audit events.', schema: requestWithEvents } },
    problems: ['RequestNotFound'],
    async handle(world, { caller, params: { id } }) {
      const { request, events, holds, usage } = await showRequest(world, { caller, id });
      const besides = {
        ...(holds === undefined ? {} : { holds: holds.map(holdingOf) }),
        ...(usage === undefined ? {} : { usage: usageView.parse(usage) }),
      };
      return { status: 200, body: { request: viewOf(request), events, ...besides } };
    },
  }),
  route({
    name: 'reviewRequest',
    method: 'POST',
    path: '/v1/requests/{id}/reviews',
    summary: 'Approve or deny a request, as the person who signed the call.',
    params: byId,
    body: reviewBody,
    answers: { 200: { description: 'The request after the answer.', schema: requestView } },
    problems: ['NotAllowed', 'RequestNotFound', 'WrongStatus', 'RecordChanged'],
    async handle(world, { caller, params: { id }, body: { reason, ...body } }) {
      const input = { caller, id, ...body, ...(reason === undefined ? {} : { reason }) };
      return { status: 200, body: viewOf(await reviewRequest(world, input)) };
    },
  }),
  route({
    name: 'reviewAfterwards',
    method: 'POST',
    path: '/v1/requests/{id}/after-review',
    summary: 'Accept or dispute a use of break-glass that is over, as the person who signed the call.',
    params: byId,
    body: afterReviewBody,
    answers: { 200: { description: 'The request after the answer.', schema: requestView } },
    problems: ['NotAllowed', 'RequestNotFound', 'WrongStatus', 'RecordChanged'],
    async handle(world, { caller, params: { id }, body }) {
      return { status: 200, body: viewOf(await reviewAfterwards(world, { caller, id, ...body })) };
    },
  }),
  route({
    name: 'claimRequest',
    method: 'POST',
    path: '/v1/requests/{id}/claim',
    summary: 'Claim what others have asked for you, as the person who signed the call.',
    params: byId,
    body: z.strictObject({}),
    answers: { 200: { description: 'The claimed request.', schema: requestView } },
    problems: [
      'NotAllowed',
      'RequestRefused',
      'RequestNotFound',
      'WrongStatus',
      'RecordChanged',
      'ClusterNotReady',
    ],
    async handle(world, { caller, params: { id } }) {
      return { status: 200, body: viewOf(await claimRequest(world, { caller, id })) };
    },
  }),
  route({
    name: 'withdrawRequest',
    method: 'POST',
    path: '/v1/requests/{id}/withdraw',
    summary: 'Take back a request of yours before it is granted.',
    params: byId,
    body: z.strictObject({ reason: reason.optional() }),
    answers: { 200: { description: 'The withdrawn request.', schema: requestView } },
    problems: ['NotAllowed', 'RequestNotFound', 'WrongStatus', 'RecordChanged'],
    async handle(world, { caller, params: { id }, body }) {
      const input = { caller, id, ...(body.reason === undefined ? {} : { reason: body.reason }) };
      return { status: 200, body: viewOf(await withdrawRequest(world, input)) };
    },
  }),
  route({
    name: 'revokeGrant',
    method: 'POST',
    path: '/v1/requests/{id}/revoke',
    summary: 'End a grant before its time, at once.',
    params: byId,
    body: z.strictObject({ reason }),
    answers: { 200: { description: 'The request with the end asked for.', schema: requestView } },
    problems: ['NotAllowed', 'RequestNotFound', 'WrongStatus', 'RecordChanged'],
    async handle(world, { caller, params: { id }, body }) {
      return { status: 200, body: viewOf(await revokeGrant(world, { caller, id, ...body })) };
    },
  }),
];
