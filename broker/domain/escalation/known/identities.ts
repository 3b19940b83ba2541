/** Escalations by acting as somebody else, and by reading or making what proves an identity. */
import { type Escalation, writes } from '../escalation.ts';

/** Impersonation proper, and its narrower forms, which name what may be taken on. */
const impersonate = [
  'impersonate',
  'impersonate:user-info',
  'impersonate:serviceaccount',
  'impersonate:arbitrary-node',
  'impersonate:associated-node',
];
const groups = ['', 'authentication.k8s.io'];

export const identities: readonly Escalation[] = [
  {
    id: 'E04-impersonate-users',
    severity: 'critical',
    title: 'act as other users',
    why: 'It has whatever they have, under their name, and may write what stays.',
    outlives: true,
    gives: 'identities',
    calls: [{ verbs: impersonate, groups, resources: ['users', 'nodes'], clusterOnly: true }],
  },
  {
    id: 'E05-impersonate-groups',
    severity: 'critical',
    title: 'act as a member of any group',
    why: 'As a member of system:masters it is allowed everything, past every check, and may write what stays.',
    outlives: true,
    gives: 'identities',
    calls: [{ verbs: impersonate, groups, resources: ['groups'], clusterOnly: true }],
  },
  {
    id: 'E06-impersonate-service-accounts',
    severity: 'critical',
    title: 'act as service accounts',
    why: 'It has whatever they have, and can have tokens made for them that outlive this access.',
    outlives: true,
    gives: 'identities',
    calls: [{ verbs: impersonate, groups, resources: ['serviceaccounts'] }],
  },
  {
    id: 'E07-impersonate-uids-and-extras',
    severity: 'critical',
    title: 'act with the user ids and attributes of others',
    why: 'Rules that look at a session name or an attribute are passed by claiming another.',
    outlives: true,
    gives: 'identities',
    calls: [{ verbs: impersonate, groups, resources: ['uids', 'userextras/*'], clusterOnly: true }],
  },
  {
    id: 'E11-mint-tokens',
    severity: 'critical',
    title: 'make sign-in tokens of service accounts',
    why: 'A token signs in from anywhere, and stays valid for its own time, whatever becomes of this access.',
    outlives: true,
    gives: 'identities',
    calls: [{ verbs: ['create'], groups: [''], resources: ['serviceaccounts/token'] }],
  },
  {
    id: 'E41-write-service-accounts',
    severity: 'high',
    title: 'change service accounts',
    why: 'An annotation gives their pods another IAM role in AWS. It stays.',
    outlives: true,
    calls: [{ verbs: writes, groups: [''], resources: ['serviceaccounts'] }],
  },
  {
    id: 'E08-get-secrets',
    severity: 'high',
    title: 'read secrets by name',
    why: 'Passwords and keys that were seen stay valid when this access has ended.',
    outlives: true,
    gives: 'secrets',
    calls: [{ verbs: ['get'], groups: [''], resources: ['secrets'] }],
  },
  {
    id: 'E09-list-secrets',
    severity: 'high',
    title: 'read secrets by listing them',
    why: 'A list carries their content. Passwords and keys that were seen stay valid when this access has ended.',
    outlives: true,
    gives: 'secrets',
    calls: [{ verbs: ['list'], groups: [''], resources: ['secrets'] }],
  },
  {
    id: 'E10-watch-secrets',
    severity: 'high',
    title: 'read secrets by watching them',
    why: 'An open watch goes on showing new secrets, with their content, after this access has ended.',
    outlives: true,
    gives: 'secrets',
    calls: [{ verbs: ['watch'], groups: [''], resources: ['secrets'] }],
  },
  {
    id: 'E12-write-secrets',
    severity: 'high',
    title: 'write secrets',
    why: 'A secret of the right type is filled with a token of a service account, which does not expire.',
    outlives: true,
    gives: 'identities',
    calls: [{ verbs: writes, groups: [''], resources: ['secrets'] }],
  },
];
