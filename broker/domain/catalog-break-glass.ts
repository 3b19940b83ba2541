/** The part of a role that allows break-glass: for how long, who is told, and who reviews it afterwards; and what is wrong with one. */
import * as z from 'zod';
import type { CatalogRole } from './catalog.ts';
import type { ReferenceFault } from './catalog-references.ts';
import { durationSchema, formatDuration } from './duration.ts';

/** One address that a mail header can hold as it is: no list, no display name. */
const address = z
  .string()
  .max(254)
  .regex(/^[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, 'Write one mail address.');

export const breakGlassSchema = z.strictObject({
  maxDuration: durationSchema.describe('The longest by break-glass: less than the maxDuration of the role.'),
  notify: z
    .array(address)
    .min(1)
    .max(20)
    .describe(
      'Who is told at once, besides reviewers and operators: the list of an on-call team, a security team.',
    ),
  afterReview: z.strictObject({
    from: z
      .array(z.string().min(1))
      .min(1)
      .describe('Reviewer groups that own it; one other person answers.'),
    within: durationSchema
      .prefault('24h')
      .describe('Overdue after this: operators are told, and the person has no further break-glass.'),
  }),
});

/** `path` leads from the role to what is wrong. */
export function breakGlassFaults(role: CatalogRole, groups: readonly string[]): ReferenceFault[] {
  const { breakGlass, maxDuration } = role;
  if (!breakGlass) return [];
  const fault = (path: (string | number)[], message: string) => [{ path: ['breakGlass', ...path], message }];
  const { from, within } = breakGlass.afterReview;
  return [
    ...(breakGlass.maxDuration < maxDuration
      ? []
      : fault(
          ['maxDuration'],
          `Break-glass is shorter than what was reviewed: less than the role's ${formatDuration(maxDuration)}.`,
        )),
    ...(within > breakGlass.maxDuration
      ? []
      : fault(
          ['afterReview', 'within'],
          `It is reviewed once it is over: give more time than the ${formatDuration(breakGlass.maxDuration)} that it may last.`,
        )),
    ...from.flatMap((group, i) =>
      groups.includes(group) ? [] : fault(['afterReview', 'from', i], `No group "${group}" under reviewers.`),
    ),
  ];
}
