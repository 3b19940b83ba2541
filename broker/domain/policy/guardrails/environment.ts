/** What the environment of a cluster wants on top of every role, such as stricter rules for production. */
import { environmentOf } from '../../catalog-lookup.ts';
import type { Guardrail } from '../guardrail.ts';
import { outsideOf } from './hours.ts';

export const environment: Guardrail = ({ catalog, asked, role, now }) => {
  const found = environmentOf(catalog, asked.cluster);
  if (!found || !role) return [];
  const { name, rules } = found;
  const rule = `environment:${name}`;
  const { maxDuration, ticketRequired, reviews, assurance, hours } = rules;
  return [
    ...(ticketRequired && asked.ticket === undefined
      ? [{ rule, refuse: `Access to ${name} needs a ticket: add --ticket ID.`, waivable: true as const }]
      : []),
    ...(maxDuration === undefined
      ? []
      : [{ rule, capSeconds: maxDuration, tooLong: `no longer in ${name}` }]),
    ...(reviews === undefined
      ? []
      : [
          { rule, reviews, why: `Environment ${name} asks for reviews of its own.`, waivable: true as const },
        ]),
    ...(assurance === undefined || assurance === 'link'
      ? []
      : [
          {
            rule,
            assurance,
            why: `Environment ${name} asks for approvals that are signed with one's own identity.`,
          },
        ]),
    ...(hours === undefined ? [] : outsideOf(hours, { rule, what: `Access to ${name}`, asked, now })),
  ];
};
