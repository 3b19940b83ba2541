/** What a role is: rules that the catalog holds, or a ClusterRole that is on the clusters already, whose rules only they know. */
import * as z from 'zod';
import type { CatalogRole, PolicyRule } from './catalog.ts';
import { boundaryFaults, reachesSecrets } from './catalog-boundaries.ts';
import type { ReferenceFault } from './catalog-references.ts';
import { acceptFaults } from './escalation/accepts.ts';

/** Names that the catalog's own ClusterRoles have, and Kubernetes' own. */
const ownPrefix = 'curfew:';
const reserved = [ownPrefix, 'curfew-system:', 'system:'];

export const foreignName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9][\w.:-]*$/, 'Write the name of a ClusterRole, such as view.')
  .refine((name) => !reserved.some((prefix) => name.startsWith(prefix)), {
    error: `Names that begin with ${reserved.join(', ')} belong to Curfew and Kubernetes themselves: choose another ClusterRole.`,
  });

/** Whoever reads rules has to say what it does where the catalog holds none. */
export type RoleDefinition =
  | { rules: PolicyRule[]; clusterRole?: never }
  /** Name of a ClusterRole that isn't ours: nobody keeps its rules as they are. */
  | { clusterRole: string; rules?: never };

type EitherDefinition = { rules?: PolicyRule[] | undefined; clusterRole?: string | undefined };

/** Checked also where other things are wrong, so that all is told at once. */
export const definedOnce = {
  when: () => true,
  path: ['rules'],
  error:
    'Say once what it lets one do: by rules of its own, or by clusterRole, the name of one that the clusters have.',
};
export const isDefinedOnce = ({ rules, clusterRole }: EitherDefinition): boolean =>
  (rules === undefined) !== (clusterRole === undefined);

export function withDefinition<R extends EitherDefinition>({
  rules,
  clusterRole = '',
  ...role
}: R): Omit<R, keyof EitherDefinition> & RoleDefinition {
  return rules ? { ...role, rules } : { ...role, clusterRole };
}

/** Whether a ClusterRole's name is content-addressed, so that nobody can change what it stands for. */
export const isOwnRole = (clusterRole: string): boolean => clusterRole.startsWith(ownPrefix);

/** A refused request may have come to none. */
export const isForeign = (clusterRole: string): boolean => clusterRole !== '' && !isOwnRole(clusterRole);

/** Faults of the rules that the catalog holds for a role; `path` leads from the role to what is wrong. */
export function ruleFaults(role: CatalogRole & { rules: PolicyRule[] }): ReferenceFault[] {
  const wild = role.rules.flatMap((rule, i) =>
    [...rule.apiGroups, ...rule.resources, ...rule.verbs].some((part) => part.includes('*'))
      ? [
          {
            path: ['rules', i],
            message: 'Wildcards grant what nobody has listed; name the groups, resources and verbs.',
          },
        ]
      : [],
  );
  return [...wild, ...acceptFaults(role), ...boundaryFaults(role), ...emergencyFaults(role)];
}

/** Of rules from wherever they come. */
export function emergencyFaults(
  role: Pick<CatalogRole, 'breakGlass' | 'duty' | 'reviews'> & { rules: readonly PolicyRule[] },
): ReferenceFault[] {
  if (!role.breakGlass || !reachesSecrets(role)) return [];
  return [
    {
      path: ['breakGlass'],
      message: 'What is read once is known for good: a role that reaches secrets is not for break-glass.',
    },
  ];
}
