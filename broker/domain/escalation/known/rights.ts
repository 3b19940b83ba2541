/** Escalations by changing what is allowed to whom. */
import { changes, type Escalation, writes } from '../escalation.ts';

const rbac = ['rbac.authorization.k8s.io'];

export const rights: readonly Escalation[] = [
  {
    id: 'E01-wildcard',
    severity: 'critical',
    title: 'do what a wildcard covers',
    why: 'A wildcard grants what nobody has listed, also what is added to the cluster later.',
    outlives: true,
    calls: [],
    wildcard: true,
  },
  {
    id: 'E02-escalate',
    severity: 'critical',
    title: 'write roles with more rights than its own',
    why: 'The verb escalate switches off the check that nobody gives more than they hold. Such a role stays.',
    outlives: true,
    gives: 'rights',
    calls: [
      { verbs: ['escalate'], groups: rbac, resources: ['roles'] },
      { verbs: ['escalate'], groups: rbac, resources: ['clusterroles'], clusterOnly: true },
    ],
  },
  {
    id: 'E03-bind',
    severity: 'critical',
    title: 'bind roles whose rights it does not hold',
    why: 'The verb bind switches off the check that nobody gives more than they hold. Such a binding stays.',
    outlives: true,
    gives: 'rights',
    calls: [{ verbs: ['bind'], groups: rbac, resources: ['roles', 'clusterroles'] }],
  },
  {
    id: 'E32-aws-auth',
    severity: 'critical',
    title: 'change who the cluster takes for whom',
    why: 'The map aws-auth makes IAM principals members of any group, also of administrators. The entry stays.',
    outlives: true,
    gives: 'rights',
    calls: [
      {
        verbs: writes,
        groups: [''],
        resources: ['configmaps'],
        names: ['aws-auth', 'extension-apiserver-authentication'],
        clusterOnly: true,
      },
    ],
  },
  {
    id: 'E33-write-cluster-roles',
    severity: 'high',
    title: 'write cluster roles',
    why: 'A label adds a role to the aggregated ones (view, edit, admin) of everybody. The role stays.',
    outlives: true,
    gives: 'rights',
    calls: [{ verbs: writes, groups: rbac, resources: ['clusterroles'], clusterOnly: true }],
  },
  {
    id: 'E34-write-role-bindings',
    severity: 'high',
    title: 'bind roles to others and to itself',
    why: 'It gives on what it holds, under any name. Such a binding stays when this access ends.',
    outlives: true,
    gives: 'rights',
    calls: [
      { verbs: writes, groups: rbac, resources: ['rolebindings'] },
      { verbs: writes, groups: rbac, resources: ['clusterrolebindings'], clusterOnly: true },
    ],
  },
  {
    id: 'E50-write-roles',
    severity: 'high',
    title: 'write roles',
    why: 'Whoever a role is bound to gets what is added to it, as far as one holds it. The role stays.',
    outlives: true,
    gives: 'rights',
    calls: [{ verbs: writes, groups: rbac, resources: ['roles'] }],
  },
  {
    id: 'E25-approve-certificates',
    severity: 'critical',
    title: 'approve client certificates',
    why: 'A certificate signs in as anybody, also as an administrator, and can not be revoked.',
    outlives: true,
    gives: 'identities',
    calls: [
      {
        verbs: changes,
        groups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests/approval'],
        clusterOnly: true,
      },
      { verbs: ['approve'], groups: ['certificates.k8s.io'], resources: ['signers'], clusterOnly: true },
    ],
  },
  {
    id: 'E40-sign-certificates',
    severity: 'critical',
    title: 'sign certificates',
    why: 'A certificate signs in as anybody, also as an administrator, and can not be revoked.',
    outlives: true,
    gives: 'identities',
    calls: [
      {
        verbs: changes,
        groups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests/status'],
        clusterOnly: true,
      },
      { verbs: ['sign'], groups: ['certificates.k8s.io'], resources: ['signers'], clusterOnly: true },
    ],
  },
];
