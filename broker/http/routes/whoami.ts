/** Who the caller is to Curfew, and who would get access if they asked. */
import * as z from 'zod';
import { subjectOf } from '#domain/identity.ts';
import { knownSubjectView, workloadView } from '../request-view.ts';
import { type Route, route } from '../route.ts';

export const callerView = z
  .object({
    principal: z.object({ arn: z.string(), account: z.string(), roleName: z.string(), roleId: z.string() }),
    sessionName: z.string(),
    person: z.string().optional().describe('Only where the identity provider controls the session name.'),
    workload: workloadView.optional(),
    subject: knownSubjectView.describe('Who gets access when this caller asks.'),
  })
  .meta({ id: 'Caller' });
export type CallerView = z.output<typeof callerView>;

export const whoami: Route[] = [
  route({
    name: 'showCaller',
    method: 'GET',
    path: '/v1/whoami',
    summary: 'Show who signed this call.',
    answers: { 200: { description: 'The caller.', schema: callerView } },
    problems: [],
    async handle(_world, { caller }) {
      return { status: 200, body: callerView.parse({ ...caller, subject: subjectOf(caller) }) };
    },
  }),
];
