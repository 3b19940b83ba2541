/** Simulation: what would be decided, before anything is asked for. */
import type * as z from 'zod';
import { submissionSchema } from '#domain/request.ts';
import { simulateRequest } from '#operations/simulate-request.ts';
import { requestView } from '../request-view.ts';
import { type Route, route } from '../route.ts';

export const simulationView = requestView
  .pick({ subject: true, asked: true, resolved: true, decision: true, reviewers: true })
  .meta({ id: 'Simulation' });
export type SimulationView = z.output<typeof simulationView>;

export const simulate: Route[] = [
  route({
    name: 'simulateRequest',
    method: 'POST',
    path: '/v1/simulate',
    summary:
      'Say what would be decided on a request, without making it. Nothing is written and nobody is asked.',
    body: submissionSchema,
    answers: { 200: { description: 'The decision, also where it is a refusal.', schema: simulationView } },
    problems: ['NotAllowed', 'ClusterNotReady'],
    async handle(world, { caller, body }) {
      return {
        status: 200,
        body: simulationView.parse(await simulateRequest(world, { caller, submission: body })),
      };
    },
  }),
];
