/** Escalations by starting or changing what runs: it runs as any service account of the namespace, with any secret in it. */
import { type Escalation, writes } from '../escalation.ts';

const what = 'Its pods run any image as any service account of the namespace, and can mount its secrets.';
const stays = 'What is started keeps running when this access has ended.';
/** `extensions` served these in old releases. */
const apps = ['apps', 'extensions'];

export const workloads: readonly Escalation[] = [
  {
    id: 'E13-start-pods',
    severity: 'high',
    title: 'start pods or change what they run',
    why: `${what} ${stays}`,
    outlives: true,
    calls: [{ verbs: writes, groups: [''], resources: ['pods'] }],
  },
  {
    id: 'E14-change-deployments',
    severity: 'high',
    title: 'change what deployments, stateful sets or replica sets run',
    why: `${what} ${stays}`,
    outlives: true,
    calls: [
      {
        verbs: writes,
        groups: apps,
        resources: ['deployments', 'statefulsets', 'replicasets', 'controllerrevisions'],
      },
      { verbs: writes, groups: [''], resources: ['replicationcontrollers'] },
    ],
  },
  {
    id: 'E15-change-daemon-sets',
    severity: 'high',
    title: 'change what daemon sets run',
    why: `${what} They run on every node. ${stays}`,
    outlives: true,
    calls: [{ verbs: writes, groups: apps, resources: ['daemonsets'] }],
  },
  {
    id: 'E16-start-jobs',
    severity: 'high',
    title: 'start jobs and cron jobs',
    why: `${what} A cron job starts them again and again when this access has ended.`,
    outlives: true,
    calls: [{ verbs: writes, groups: ['batch'], resources: ['jobs', 'cronjobs'] }],
  },
  {
    id: 'E46-write-pod-templates',
    severity: 'medium',
    title: 'write pod templates',
    why: `Whatever starts pods from them starts what was written. ${stays}`,
    outlives: true,
    calls: [{ verbs: writes, groups: [''], resources: ['podtemplates'] }],
  },
  {
    id: 'E42-evict-pods',
    severity: 'medium',
    title: 'evict pods',
    why: 'Together with rights on nodes it moves pods to a node of choice. Evicted pods do not come back by themselves.',
    outlives: false,
    leadsNowhere: true,
    calls: [{ verbs: ['create'], groups: [''], resources: ['pods/eviction'] }],
  },
  {
    id: 'E51-place-pods',
    severity: 'medium',
    title: 'put pods on nodes of choice',
    why: 'A pod beside the workloads of others, or of the cluster itself, shares their machine.',
    outlives: true,
    calls: [{ verbs: ['create'], groups: [''], resources: ['pods/binding', 'bindings'] }],
  },
];
