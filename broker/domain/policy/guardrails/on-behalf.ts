/** For somebody else ask only those whom the catalog names, and never in an emergency: the person has to claim it, signed, anyway. */
import { mayAskForOthers } from '../../catalog-claims.ts';
import { listed } from '../../catalog-lookup.ts';
import { mayBeSame, namesOf } from '../../people.ts';
import type { Guardrail } from '../guardrail.ts';

export const onBehalf: Guardrail = ({ catalog, asked, requester }) => {
  const { askedBy, person } = requester;
  if (!askedBy) return [];
  const refuse = (reason: string) => ({ rule: 'on-behalf', refuse: reason });
  return [
    ...(asked.breakGlass || asked.extends !== undefined
      ? [
          refuse(
            'Break-glass and extensions are for whoever signs for them: the person has to ask themselves.',
          ),
        ]
      : []),
    ...(askedBy.kind === 'ticket' && !listed(catalog.ticketing.sources, askedBy.source)
      ? [refuse(`The catalog has no ticket system "${askedBy.source}" that could ask for anything.`)]
      : []),
    ...(askedBy.kind === 'person' && !mayAskForOthers(catalog, askedBy.person)
      ? [
          refuse(
            `${askedBy.person} may not ask for others: the catalog names who may, under claims.onBehalfBy. ` +
              `${person ?? 'Whoever needs it'} can ask themselves.`,
          ),
        ]
      : []),
    ...(askedBy.kind === 'person' &&
    person !== undefined &&
    namesOf(catalog.people, { person: askedBy.person }).some((name) => mayBeSame(name, person))
      ? [refuse('For yourself ask without --on-behalf-of: there is nothing to claim then.')]
      : []),
  ];
};
