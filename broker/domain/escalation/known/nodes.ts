/** Escalations by the machines below the cluster: nodes, disks and the API server's own. */
import { type Escalation, writes } from '../escalation.ts';

export const nodes: readonly Escalation[] = [
  {
    id: 'E22-node-proxy-get',
    severity: 'high',
    title: 'read from every kubelet, and run commands through it',
    why: 'The kubelet takes a WebSocket for a read: commands run in every pod of the node, past admission and audit.',
    outlives: true,
    gives: 'commands',
    calls: [{ verbs: ['get'], groups: [''], resources: ['nodes/proxy'], clusterOnly: true }],
  },
  {
    id: 'E23-node-proxy-write',
    severity: 'high',
    title: 'run commands through every kubelet',
    why: 'They run in every pod of the node, past admission and audit.',
    outlives: true,
    gives: 'commands',
    calls: [
      {
        verbs: ['create', 'update', 'patch', 'delete'],
        groups: [''],
        resources: ['nodes/proxy'],
        clusterOnly: true,
      },
    ],
  },
  {
    id: 'E38-node-status',
    severity: 'high',
    title: 'change nodes: their labels, taints and state',
    why: 'Pods, with their secrets, are moved to a node of choice. The change stays.',
    outlives: true,
    calls: [{ verbs: writes, groups: [''], resources: ['nodes', 'nodes/status'], clusterOnly: true }],
  },
  {
    id: 'E31-persistent-volumes',
    severity: 'high',
    title: 'make volumes',
    why: "A volume can be a folder of the node's own disk: whoever mounts it reads and writes the node.",
    outlives: true,
    calls: [{ verbs: writes, groups: [''], resources: ['persistentvolumes'], clusterOnly: true }],
  },
  {
    id: 'E47-storage',
    severity: 'medium',
    title: 'change how storage is provided',
    why: 'Drivers run on nodes with all rights, and volumes go where they say. The change stays.',
    outlives: true,
    calls: [
      {
        verbs: writes,
        groups: ['storage.k8s.io'],
        resources: [
          'csidrivers',
          'csinodes',
          'storageclasses',
          'volumeattachments',
          'volumeattachments/status',
        ],
        clusterOnly: true,
      },
    ],
  },
  {
    id: 'E48-server-internals',
    severity: 'medium',
    title: "read the API server's logs and memory",
    why: 'They hold what others asked for, and pieces of what they were answered.',
    outlives: true,
    calls: [],
    paths: ['/logs', '/debug'],
  },
];
