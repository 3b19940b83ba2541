/** Signals from outside: a grant is judged anew on what has happened since. */
import * as z from 'zod';
import { plainText, statuses } from '#domain/request.ts';
import { takeSignal } from '#operations/take-signal.ts';
import { type Route, route } from '../route.ts';

const signalBody = z.strictObject({
  signal: z.string().min(1).max(63).describe('As the catalog lists it under risk.signals.'),
  person: plainText(100).describe('Whom it is about, under any of their names.'),
  note: plainText(300).optional().describe('For the record.'),
});

const takenView = z
  .object({
    requests: z
      .array(
        z.object({
          id: z.string(),
          status: z.enum(statuses),
          risk: z.int().describe('0 to 100, as it is now.'),
          ended: z.boolean().describe('Whether its end was asked for, or it is over.'),
        }),
      )
      .describe('What that person has, or has on its way.'),
  })
  .meta({ id: 'SignalTaken' });

export const signals: Route[] = [
  route({
    name: 'takeSignal',
    method: 'POST',
    path: '/v1/signals',
    summary:
      'Tell of something that makes what a person has riskier; past the limit it is ended. Counts once for each request.',
    body: signalBody,
    answers: { 200: { description: 'What it was about.', schema: takenView } },
    problems: ['NotAllowed', 'RecordChanged'],
    async handle(world, { caller, body: { note, ...body } }) {
      const taken = await takeSignal(world, { caller, ...body, ...(note === undefined ? {} : { note }) });
      return { status: 200, body: takenView.parse(taken) };
    },
  }),
];
