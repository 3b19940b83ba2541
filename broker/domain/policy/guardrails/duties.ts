/** Separation of duties: nobody holds two duties at the same time that together let them do alone what two should. */
import { listed } from '../../catalog-lookup.ts';
import { isFinal } from '../../lifecycle.ts';
import type { Guardrail } from '../guardrail.ts';

export const duties: Guardrail = ({ catalog, asked, role, past }) => {
  if (!role) return [];
  const apart = catalog.toxicCombinations.flatMap((pair) =>
    pair.includes(role.duty) ? pair.filter((duty) => duty !== role.duty) : [],
  );
  return past
    .filter(({ status }) => !isFinal(status))
    .flatMap((held) => {
      const duty = listed(catalog.roles, held.asked.role)?.duty;
      if (duty === undefined || !apart.includes(duty)) return [];
      const what = `${held.asked.role} (${duty}, request ${held.id}, ${held.status})`;
      return [
        {
          rule: 'duties',
          refuse: `You have ${what}; nobody holds that together with ${asked.role} (${role.duty}). End or withdraw it first.`,
        },
      ];
    });
};
