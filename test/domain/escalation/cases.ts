/** Rules that lead to each escalation, and rules that come near it; written short. */
import type { RbacRule } from '#domain/rbac.ts';

/** `get,list apps:deployments,pods/log =name`; the core group is left out, `,` separates alternatives. */
export function rule(text: string): RbacRule {
  const [verbs = '', what = '', names] = text.split(' ');
  const [groups, resources] = what.includes(':') ? what.split(':') : ['', what];
  return {
    verbs: verbs.split(','),
    apiGroups: (groups ?? '').split(','),
    resources: (resources ?? '').split(','),
    ...(names === undefined ? {} : { resourceNames: names.slice(1).split(',') }),
  };
}

const rbac = 'rbac.authorization.k8s.io';
const certificates = 'certificates.k8s.io';
const admission = 'admissionregistration.k8s.io';

export interface EscalationCase {
  id: string;
  fires: string[];
  /** Each alone, and all of them together, stay silent about it. */
  silent: string[];
  /** Where no RoleBinding in a namespace reaches it. */
  clusterOnly?: true;
}

export const cases: EscalationCase[] = [
  {
    id: 'E01-wildcard',
    fires: ['* *:*', 'get *:pods', '* pods', 'update apps:*/scale', 'get *'],
    silent: ['get pods', 'update apps:deployments/scale'],
  },
  {
    id: 'E02-escalate',
    fires: [`escalate ${rbac}:roles`, `* ${rbac}:roles`, 'escalate *:*'],
    silent: ['escalate roles', `bind ${rbac}:roles`, `escalate ${rbac}:rolebindings`],
  },
  {
    id: 'E03-bind',
    fires: [`bind ${rbac}:clusterroles`, `bind ${rbac}:roles =one`],
    silent: [`escalate ${rbac}:roles`, `bind ${rbac}:rolebindings`, `get ${rbac}:clusterroles`],
  },
  {
    id: 'E04-impersonate-users',
    clusterOnly: true,
    fires: [
      'impersonate users',
      'impersonate users =alice',
      '* *:users',
      'impersonate:user-info authentication.k8s.io:users',
      'impersonate:arbitrary-node authentication.k8s.io:nodes',
    ],
    silent: ['get users', 'impersonate groups', 'impersonate apps:users'],
  },
  {
    id: 'E05-impersonate-groups',
    clusterOnly: true,
    fires: ['impersonate groups', 'impersonate groups =system:masters'],
    silent: ['list groups', 'impersonate users'],
  },
  {
    id: 'E06-impersonate-service-accounts',
    fires: [
      'impersonate serviceaccounts',
      'impersonate:serviceaccount authentication.k8s.io:serviceaccounts',
    ],
    silent: ['get serviceaccounts', 'impersonate serviceaccounts/token'],
  },
  {
    id: 'E07-impersonate-uids-and-extras',
    clusterOnly: true,
    fires: [
      'impersonate authentication.k8s.io:uids',
      'impersonate authentication.k8s.io:userextras/scopes',
      'impersonate authentication.k8s.io:*',
      'impersonate authentication.k8s.io:*/scopes',
    ],
    silent: ['impersonate authentication.k8s.io:userextras', 'get authentication.k8s.io:uids'],
  },
  {
    id: 'E08-get-secrets',
    fires: ['get secrets', 'get secrets =db', '* secrets', 'get *', 'get *:secrets'],
    silent: [
      'get secrets/status',
      'list secrets',
      'get apps:secrets',
      'get Secrets',
      'GET secrets',
      'get configmaps',
    ],
  },
  {
    id: 'E09-list-secrets',
    fires: ['list secrets', 'list secrets =db'],
    silent: ['get secrets', 'watch secrets', 'list configmaps'],
  },
  {
    id: 'E10-watch-secrets',
    fires: ['watch secrets', 'watch,get secrets'],
    silent: ['get secrets', 'list secrets', 'watch pods'],
  },
  {
    id: 'E11-mint-tokens',
    fires: [
      'create serviceaccounts/token',
      'create serviceaccounts/token =deployer',
      'create */token',
      'create *',
    ],
    silent: ['create serviceaccounts', 'get serviceaccounts/token', 'create serviceaccounts/*'],
  },
  {
    id: 'E12-write-secrets',
    fires: ['create secrets', 'patch secrets', 'update secrets =db'],
    silent: ['get secrets', 'delete secrets', 'create configmaps'],
  },
  {
    id: 'E13-start-pods',
    fires: ['create pods', 'patch pods', 'update pods =web'],
    silent: ['get pods', 'delete pods', 'create pods/eviction', 'patch pods/status', 'create apps:pods'],
  },
  {
    id: 'E14-change-deployments',
    fires: [
      'patch apps:deployments',
      'create apps:statefulsets',
      'update apps:replicasets',
      'create extensions:deployments',
      'update apps:controllerrevisions',
      'create replicationcontrollers',
      'patch *:deployments',
    ],
    silent: [
      'get apps:deployments',
      'patch apps:deployments/scale',
      'delete apps:deployments',
      'patch deployments',
    ],
  },
  {
    id: 'E15-change-daemon-sets',
    fires: ['patch apps:daemonsets', 'create extensions:daemonsets'],
    silent: ['get apps:daemonsets', 'patch daemonsets', 'patch apps:daemonsets/status'],
  },
  {
    id: 'E16-start-jobs',
    fires: ['create batch:jobs', 'patch batch:cronjobs'],
    silent: ['get batch:jobs', 'delete batch:jobs', 'create jobs', 'create batch:jobs/status'],
  },
  {
    id: 'E17-exec',
    fires: ['create pods/exec', 'create pods/exec =web', 'create */exec', 'create *', '* pods/exec'],
    silent: ['get pods/exec', 'create pods/*', 'create pods/log', 'create pods', 'create apps:pods/exec'],
  },
  {
    id: 'E18-exec-by-get',
    fires: ['get pods/exec', 'get *'],
    silent: ['create pods/exec', 'get pods', 'get pods/*', 'get pods/log'],
  },
  {
    id: 'E19-attach',
    fires: ['create pods/attach', 'get pods/attach', 'get */attach'],
    silent: ['get pods', 'create pods/exec', 'list pods/attach'],
  },
  {
    id: 'E20-port-forward',
    fires: ['create pods/portforward', 'get pods/portforward'],
    silent: ['create pods/log', 'get pods', 'create services/portforward'],
  },
  {
    id: 'E21-ephemeral-containers',
    fires: ['patch pods/ephemeralcontainers', 'update pods/ephemeralcontainers'],
    silent: ['get pods/ephemeralcontainers', 'patch pods/status'],
  },
  {
    id: 'E22-node-proxy-get',
    clusterOnly: true,
    fires: ['get nodes/proxy', 'get *'],
    silent: ['get nodes', 'create nodes/proxy', 'get nodes/metrics', 'get pods/proxy'],
  },
  {
    id: 'E23-node-proxy-write',
    clusterOnly: true,
    fires: ['create nodes/proxy', 'patch nodes/proxy'],
    silent: ['get nodes/proxy', 'create nodes'],
  },
  {
    id: 'E24-pod-and-service-proxy',
    fires: ['get pods/proxy', 'create services/proxy', 'get services/proxy =web'],
    silent: ['get nodes/proxy', 'get pods', 'get services'],
  },
  {
    id: 'E25-approve-certificates',
    clusterOnly: true,
    fires: [
      `update ${certificates}:certificatesigningrequests/approval`,
      `approve ${certificates}:signers`,
      `approve ${certificates}:signers =kubernetes.io/kube-apiserver-client`,
    ],
    silent: [
      `get ${certificates}:signers`,
      `update ${certificates}:certificatesigningrequests`,
      `sign ${certificates}:signers`,
    ],
  },
  {
    id: 'E26-mutating-webhooks',
    clusterOnly: true,
    fires: [
      `create ${admission}:mutatingwebhookconfigurations`,
      `delete ${admission}:mutatingwebhookconfigurations`,
    ],
    silent: [
      `get ${admission}:mutatingwebhookconfigurations`,
      `create ${admission}:validatingwebhookconfigurations`,
    ],
  },
  {
    id: 'E27-validating-webhooks',
    clusterOnly: true,
    fires: [
      `patch ${admission}:validatingwebhookconfigurations`,
      `deletecollection ${admission}:validatingwebhookconfigurations`,
    ],
    silent: [
      `list ${admission}:validatingwebhookconfigurations`,
      `create ${admission}:mutatingwebhookconfigurations`,
    ],
  },
  {
    id: 'E28-mutating-policies',
    clusterOnly: true,
    fires: [
      `create ${admission}:mutatingadmissionpolicies`,
      `update ${admission}:mutatingadmissionpolicybindings`,
    ],
    silent: [`get ${admission}:mutatingadmissionpolicies`, `create ${admission}:validatingadmissionpolicies`],
  },
  {
    id: 'E29-admission-fences',
    clusterOnly: true,
    fires: [
      `delete ${admission}:validatingadmissionpolicybindings`,
      `create ${admission}:validatingadmissionpolicies`,
    ],
    silent: [`get ${admission}:validatingadmissionpolicies`, `delete ${admission}:mutatingadmissionpolicies`],
  },
  {
    id: 'E30-namespace-labels',
    fires: ['patch namespaces', 'update namespaces =payments', 'update namespaces/finalize'],
    silent: ['get namespaces', 'create namespaces', 'delete namespaces', 'patch apps:namespaces'],
  },
  {
    id: 'E31-persistent-volumes',
    clusterOnly: true,
    fires: ['create persistentvolumes', 'patch persistentvolumes'],
    silent: ['get persistentvolumes', 'create persistentvolumeclaims'],
  },
  {
    id: 'E32-aws-auth',
    clusterOnly: true,
    fires: ['patch configmaps', 'patch configmaps =aws-auth', 'create configmaps =', 'update *'],
    silent: [
      'get configmaps =aws-auth',
      'patch configmaps =flags',
      'delete configmaps',
      'patch secrets =aws-auth',
    ],
  },
  {
    id: 'E33-write-cluster-roles',
    clusterOnly: true,
    fires: [`create ${rbac}:clusterroles`, `patch ${rbac}:clusterroles =view`],
    silent: [`get ${rbac}:clusterroles`, `create ${rbac}:roles`, 'create clusterroles'],
  },
  {
    id: 'E34-write-role-bindings',
    fires: [`create ${rbac}:rolebindings`, `patch ${rbac}:rolebindings`, `* ${rbac}:*`],
    silent: [
      `get ${rbac}:rolebindings`,
      `delete ${rbac}:rolebindings`,
      'create rolebindings',
      `create ${rbac}:roles`,
    ],
  },
  {
    id: 'E35-api-services',
    clusterOnly: true,
    fires: ['create apiregistration.k8s.io:apiservices', 'patch apiregistration.k8s.io:apiservices/status'],
    silent: ['get apiregistration.k8s.io:apiservices', 'create apiservices'],
  },
  {
    id: 'E36-resource-definitions',
    clusterOnly: true,
    fires: [
      'patch apiextensions.k8s.io:customresourcedefinitions',
      'delete apiextensions.k8s.io:customresourcedefinitions',
    ],
    silent: ['list apiextensions.k8s.io:customresourcedefinitions', 'patch customresourcedefinitions'],
  },
  {
    id: 'E37-service-addresses',
    fires: ['patch services/status', 'create services', 'patch services'],
    silent: ['get services', 'delete services', 'patch pods/status', 'create services/status'],
  },
  {
    id: 'E38-node-status',
    clusterOnly: true,
    fires: ['patch nodes', 'update nodes/status'],
    silent: ['get nodes', 'patch nodes/proxy', 'delete nodes'],
  },
  {
    id: 'E39-delete-collections',
    fires: ['deletecollection pods', 'deletecollection example.com:widgets', '* configmaps'],
    silent: ['delete pods', 'delete secrets'],
  },
  {
    id: 'E40-sign-certificates',
    clusterOnly: true,
    fires: [
      `sign ${certificates}:signers`,
      `update ${certificates}:certificatesigningrequests/status`,
      `sign ${certificates}:signers =example.com/own`,
    ],
    silent: [`approve ${certificates}:signers`, `get ${certificates}:certificatesigningrequests/status`],
  },
  {
    id: 'E41-write-service-accounts',
    fires: ['patch serviceaccounts', 'create serviceaccounts'],
    silent: ['get serviceaccounts', 'create serviceaccounts/token', 'delete serviceaccounts'],
  },
  { id: 'E42-evict-pods', fires: ['create pods/eviction'], silent: ['delete pods', 'get pods/eviction'] },
  {
    id: 'E43-leases',
    fires: ['update coordination.k8s.io:leases', 'delete coordination.k8s.io:leases =controller'],
    silent: ['get coordination.k8s.io:leases', 'update leases'],
  },
  {
    id: 'E44-forge-events',
    fires: ['create events', 'patch events.k8s.io:events'],
    silent: ['get events', 'list events.k8s.io:events', 'create apps:events'],
  },
  {
    id: 'E45-endpoints',
    fires: ['patch endpoints', 'create discovery.k8s.io:endpointslices'],
    silent: ['get endpoints', 'list discovery.k8s.io:endpointslices', 'create endpointslices'],
  },
  {
    id: 'E46-write-pod-templates',
    fires: ['create podtemplates'],
    silent: ['get podtemplates', 'create apps:podtemplates'],
  },
  {
    id: 'E47-storage',
    clusterOnly: true,
    fires: ['create storage.k8s.io:storageclasses', 'patch storage.k8s.io:csidrivers'],
    silent: ['get storage.k8s.io:storageclasses', 'create storageclasses'],
  },
  {
    id: 'E49-delete-namespaces',
    fires: ['delete namespaces', 'delete namespaces =payments'],
    silent: ['get namespaces', 'patch namespaces', 'deletecollection namespaces'],
  },
  {
    id: 'E50-write-roles',
    fires: [`create ${rbac}:roles`, `patch ${rbac}:roles =reader`],
    silent: [`get ${rbac}:roles`, `create ${rbac}:clusterroles`, 'create roles'],
  },
  {
    id: 'E51-place-pods',
    fires: ['create pods/binding', 'create bindings'],
    silent: ['create pods', 'get pods/binding'],
  },
];
