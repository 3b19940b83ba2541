/** Kill switches: order, list, show, lift. For operators only. */
import * as z from 'zod';
import { givenScopeSchema } from '#domain/given-scope.ts';
import { plainText } from '#domain/request.ts';
import { liftKill, listKills, orderKill, showKill } from '#operations/kill-orders.ts';
import { killPage, killView, killViewOf } from '../kill-view.ts';
import { byId, pageQuery } from '../page-query.ts';
import { type Route, route } from '../route.ts';

const reason = plainText(500);

export const kills: Route[] = [
  route({
    name: 'orderKill',
    method: 'POST',
    path: '/v1/kills',
    summary:
      'End all live grants of a scope now, and let none of it begin until it is lifted. Operators only.',
    body: z.strictObject({ scope: givenScopeSchema, reason }),
    answers: {
      201: { description: 'On from now on.', schema: killView },
      200: { description: 'On already, by this order.', schema: killView },
    },
    problems: ['NotAllowed', 'RecordChanged'],
    async handle(world, { caller, body }) {
      const { order, created } = await orderKill(world, { caller, ...body });
      return { status: created ? 201 : 200, body: killViewOf(order) };
    },
  }),
  route({
    name: 'listKills',
    method: 'GET',
    path: '/v1/kills',
    summary: 'List kill orders, newest first. Operators only.',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: killPage } },
    problems: ['NotAllowed'],
    async handle(world, { caller, query: { limit, cursor } }) {
      const page = await listKills(world, { caller, limit, ...(cursor === undefined ? {} : { cursor }) });
      return { status: 200, body: { ...page, items: page.items.map(killViewOf) } };
    },
  }),
  route({
    name: 'showKill',
    method: 'GET',
    path: '/v1/kills/{id}',
    summary: 'Show a kill order with what its latest passes found, ended, and could not end. Operators only.',
    params: byId,
    answers: { 200: { description: 'The order.', schema: killView } },
    problems: ['NotAllowed', 'KillNotFound'],
    async handle(world, { caller, params: { id } }) {
      return { status: 200, body: killViewOf(await showKill(world, { caller, id })) };
    },
  }),
  route({
    name: 'liftKill',
    method: 'POST',
    path: '/v1/kills/{id}/lift',
    summary: 'Let grants of its scope be opened again. Operators only.',
    params: byId,
    body: z.strictObject({ reason }),
    answers: { 200: { description: 'The lifted order.', schema: killView } },
    problems: ['NotAllowed', 'KillNotFound', 'RecordChanged'],
    async handle(world, { caller, params: { id }, body }) {
      return { status: 200, body: killViewOf(await liftKill(world, { caller, id, ...body })) };
    },
  }),
];
