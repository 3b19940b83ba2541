/** Access entries: create, describe, list, update, delete. */
import * as z from 'zod';
import { type EntryDraft, entryView } from './access-entries.ts';
import { onCluster, onCreation } from './checks.ts';
import {
  clusterOf,
  entriesPath,
  entryOf,
  entryPath,
  groupsForm,
  type Operation,
  parse,
  tagsForm,
  text,
} from './operation.ts';
import { pageOf } from './pages.ts';

const createForm = z.object({
  principalArn: text,
  kubernetesGroups: groupsForm.default([]),
  tags: tagsForm.default({}),
  clientRequestToken: text.optional(),
  username: text.optional(),
  type: z.literal('STANDARD', 'the stand-in makes STANDARD access entries only').default('STANDARD'),
});

const updateForm = z.object({
  kubernetesGroups: groupsForm.optional(),
  username: text.optional(),
  clientRequestToken: text.optional(),
});

export const callsOnEntries: readonly Operation[] = [
  {
    name: 'ListAccessEntries',
    method: 'GET',
    path: entriesPath,
    plan: (call) => {
      const cluster = clusterOf(call);
      const policyArn = call.query.get('associatedPolicyArn');
      return {
        checks: [onCluster('ListAccessEntries', cluster)],
        perform: () => {
          const listed = call.world.entries
            .list(cluster.name)
            .filter(
              ({ policies }) => !policyArn || policies.some((policy) => policy.policyArn === policyArn),
            );
          return pageOf(
            'accessEntries',
            listed.map(({ principalArn }) => principalArn),
            call.query,
          );
        },
      };
    },
  },
  {
    name: 'CreateAccessEntry',
    method: 'POST',
    path: entriesPath,
    plan: (call) => {
      const cluster = clusterOf(call);
      const { type, ...draft } = parse(createForm, call.body);
      return {
        checks: onCreation(cluster, draft satisfies EntryDraft),
        perform: async () => {
          const principalId = await call.world.findPrincipalId(draft.principalArn);
          return { accessEntry: entryView(call.world.entries.create(cluster, draft, principalId)) };
        },
      };
    },
  },
  {
    name: 'DescribeAccessEntry',
    method: 'GET',
    path: entryPath,
    plan: (call) => {
      const { cluster, principalArn, check } = entryOf('DescribeAccessEntry', call);
      return {
        checks: [check],
        perform: () => ({ accessEntry: entryView(call.world.entries.get(cluster.name, principalArn)) }),
      };
    },
  },
  {
    name: 'UpdateAccessEntry',
    method: 'POST',
    path: entryPath,
    plan: (call) => {
      const change = parse(updateForm, call.body);
      const { cluster, principalArn, check } = entryOf('UpdateAccessEntry', call, change);
      return {
        checks: [check],
        perform: () => ({ accessEntry: entryView(call.world.entries.update(cluster, principalArn, change)) }),
      };
    },
  },
  {
    name: 'DeleteAccessEntry',
    method: 'DELETE',
    path: entryPath,
    plan: (call) => {
      const { cluster, principalArn, check } = entryOf('DeleteAccessEntry', call);
      return {
        checks: [check],
        perform: () => {
          call.world.entries.delete(cluster, principalArn);
          return {};
        },
      };
    },
  },
];
