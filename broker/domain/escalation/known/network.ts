/** Escalations by misleading others: traffic, leadership and events. */
import { changes, type Escalation, removes, writes } from '../escalation.ts';

export const network: readonly Escalation[] = [
  {
    id: 'E37-service-addresses',
    severity: 'medium',
    title: 'take over network addresses',
    why: 'A service with an external address gets the traffic that others send there (CVE-2020-8554). It stays.',
    outlives: true,
    calls: [
      { verbs: writes, groups: [''], resources: ['services'] },
      { verbs: changes, groups: [''], resources: ['services/status'] },
    ],
  },
  {
    id: 'E45-endpoints',
    severity: 'medium',
    title: 'send traffic of services elsewhere',
    why: 'Endpoints decide which address answers for a service, also one outside the namespace. The change stays.',
    outlives: true,
    calls: [
      { verbs: writes, groups: [''], resources: ['endpoints'] },
      { verbs: writes, groups: ['discovery.k8s.io'], resources: ['endpointslices'] },
    ],
  },
  {
    id: 'E43-leases',
    severity: 'medium',
    title: 'take over leases',
    why: 'Whoever holds a lease is taken for the leader of a controller, or for a node that is alive.',
    outlives: true,
    calls: [{ verbs: [...writes, ...removes], groups: ['coordination.k8s.io'], resources: ['leases'] }],
  },
  {
    id: 'E44-forge-events',
    severity: 'medium',
    title: 'write events',
    why: 'Events can say what never happened, in the name of any component.',
    outlives: true,
    leadsNowhere: true,
    calls: [{ verbs: writes, groups: ['', 'events.k8s.io'], resources: ['events'] }],
  },
];
