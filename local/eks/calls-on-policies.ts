/** Access policies of entries: associate, disassociate, list. */
import * as z from 'zod';
import { accessPolicies, policyView, requireCarriedOut } from './access-policies.ts';
import { onEverything } from './checks.ts';
import { entryOf, groupsForm, noSuch, type Operation, parse, policiesPath, text } from './operation.ts';
import { pageOf } from './pages.ts';

const associateForm = z.object({
  policyArn: text,
  accessScope: z.object({ type: z.enum(['cluster', 'namespace']), namespaces: groupsForm.default([]) }),
});

export const callsOnPolicies: readonly Operation[] = [
  {
    name: 'ListAccessPolicies',
    method: 'GET',
    path: '/access-policies',
    plan: ({ query }) => ({
      checks: [onEverything('ListAccessPolicies')],
      perform: () => pageOf('accessPolicies', accessPolicies, query),
    }),
  },
  {
    name: 'AssociateAccessPolicy',
    method: 'POST',
    path: policiesPath,
    plan: (call) => {
      const { policyArn, accessScope } = parse(associateForm, call.body);
      const { cluster, principalArn, check } = entryOf('AssociateAccessPolicy', call);
      check.context['eks:policyArn'] = policyArn;
      check.context['eks:accessScope'] = accessScope.type;
      return {
        checks: [check],
        perform: () => {
          requireCarriedOut(policyArn, accessScope.type);
          const { entries, now } = call.world;
          const entry = entries.get(cluster.name, principalArn);
          const others = entry.policies.filter((policy) => policy.policyArn !== policyArn);
          const policy = { policyArn, accessScope, associatedAt: now(), modifiedAt: now() };
          entries.setPolicies(entry, [...others, policy]);
          return { clusterName: cluster.name, principalArn, associatedAccessPolicy: policyView(policy) };
        },
      };
    },
  },
  {
    name: 'ListAssociatedAccessPolicies',
    method: 'GET',
    path: policiesPath,
    plan: (call) => {
      const { cluster, principalArn, check } = entryOf('ListAssociatedAccessPolicies', call);
      return {
        checks: [check],
        perform: () => ({
          clusterName: cluster.name,
          principalArn,
          ...pageOf(
            'associatedAccessPolicies',
            call.world.entries.get(cluster.name, principalArn).policies.map(policyView),
            call.query,
          ),
        }),
      };
    },
  },
  {
    name: 'DisassociateAccessPolicy',
    method: 'DELETE',
    path: `${policiesPath}/:policyArn`,
    plan: (call) => {
      const policyArn = call.parameter('policyArn');
      const { cluster, principalArn, check } = entryOf('DisassociateAccessPolicy', call);
      check.context['eks:policyArn'] = policyArn;
      return {
        checks: [check],
        perform: () => {
          const entry = call.world.entries.get(cluster.name, principalArn);
          const others = entry.policies.filter((policy) => policy.policyArn !== policyArn);
          if (others.length === entry.policies.length)
            throw noSuch(`The policy ${policyArn} is not associated.`);
          call.world.entries.setPolicies(entry, others);
          return {};
        },
      };
    },
  },
];
