/** Escalations by changing how the API server judges, what it serves, and what everything else goes by. */
import { changes, type Escalation, removes, writes } from '../escalation.ts';

const admission = ['admissionregistration.k8s.io'];
const any = [...writes, ...removes];

export const cluster: readonly Escalation[] = [
  {
    id: 'E26-mutating-webhooks',
    severity: 'critical',
    title: 'rewrite what others send to the cluster, and read it',
    why: 'A webhook sees every object, secrets too, and can add a container to every pod. It stays.',
    outlives: true,
    gives: 'secrets',
    calls: [
      { verbs: any, groups: admission, resources: ['mutatingwebhookconfigurations'], clusterOnly: true },
    ],
  },
  {
    id: 'E27-validating-webhooks',
    severity: 'high',
    title: 'read what others send to the cluster, or switch off its checks',
    why: 'A webhook sees every object, secrets too, and can refuse what it likes. The change stays.',
    outlives: true,
    gives: 'secrets',
    calls: [
      { verbs: any, groups: admission, resources: ['validatingwebhookconfigurations'], clusterOnly: true },
    ],
  },
  {
    id: 'E28-mutating-policies',
    severity: 'high',
    title: 'rewrite what others send to the cluster, by policy',
    why: 'A policy can add a container to every pod. It stays.',
    outlives: true,
    calls: [
      {
        verbs: any,
        groups: admission,
        resources: ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
        clusterOnly: true,
      },
    ],
  },
  {
    id: 'E29-admission-fences',
    severity: 'high',
    title: 'take down or put up fences of the cluster',
    why: "Curfew's own fences are such policies: without them its grants aren't held in bounds; with others they can't end.",
    outlives: true,
    calls: [
      {
        verbs: any,
        groups: admission,
        resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
        clusterOnly: true,
      },
    ],
  },
  {
    // A namespace counts as being in itself, so that a RoleBinding in it reaches it.
    id: 'E30-namespace-labels',
    severity: 'high',
    title: "change a namespace's labels",
    why: 'They switch off its pod security and the policies that go by them. The change stays.',
    outlives: true,
    calls: [
      { verbs: changes, groups: [''], resources: ['namespaces', 'namespaces/finalize', 'namespaces/status'] },
    ],
  },
  {
    id: 'E35-api-services',
    severity: 'high',
    title: 'take over parts of the API',
    why: 'Calls of others, with what they carry, go to a server of choice. The change stays.',
    outlives: true,
    gives: 'secrets',
    calls: [
      {
        verbs: writes,
        groups: ['apiregistration.k8s.io'],
        resources: ['apiservices', 'apiservices/status'],
        clusterOnly: true,
      },
    ],
  },
  {
    id: 'E36-resource-definitions',
    severity: 'high',
    title: 'change or delete definitions of resources',
    why: 'A conversion webhook sees all objects of a kind; with its definition they are all deleted. The change stays.',
    outlives: true,
    calls: [
      {
        verbs: any,
        groups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions', 'customresourcedefinitions/status'],
        clusterOnly: true,
      },
    ],
  },
  {
    id: 'E39-delete-collections',
    severity: 'high',
    title: 'delete everything of a kind in one call',
    why: 'What is deleted does not come back when this access ends.',
    outlives: true,
    leadsNowhere: true,
    calls: [{ verbs: ['deletecollection'], groups: ['*'], resources: ['*'] }],
  },
  {
    // A namespace counts as being in itself, so that a RoleBinding in it reaches it.
    id: 'E49-delete-namespaces',
    severity: 'high',
    title: 'delete a namespace with all that is in it',
    why: 'What is deleted does not come back when this access ends.',
    outlives: true,
    leadsNowhere: true,
    calls: [{ verbs: ['delete'], groups: [''], resources: ['namespaces'] }],
  },
];
