/** Escalations by getting into what runs already. */
import { changes, type Escalation, methods } from '../escalation.ts';

const has = 'It has what that pod has: its files, secrets, service account and network.';
const stays = 'A session that is open goes on when this access has ended.';

export const insidePods: readonly Escalation[] = [
  {
    id: 'E17-exec',
    severity: 'high',
    title: 'run commands inside running pods',
    why: `${has} ${stays}`,
    outlives: true,
    gives: 'commands',
    calls: [{ verbs: ['create'], groups: [''], resources: ['pods/exec'] }],
  },
  {
    id: 'E18-exec-by-get',
    severity: 'high',
    title: 'run commands inside running pods by reading',
    why: `On clusters before 1.35 a WebSocket needs no more than get. ${has} ${stays}`,
    outlives: true,
    gives: 'commands',
    calls: [{ verbs: ['get'], groups: [''], resources: ['pods/exec'] }],
  },
  {
    id: 'E19-attach',
    severity: 'high',
    title: 'attach to running pods, seeing and typing what they do',
    why: `${has} ${stays}`,
    outlives: true,
    gives: 'commands',
    calls: [{ verbs: ['create', 'get'], groups: [''], resources: ['pods/attach'] }],
  },
  {
    id: 'E20-port-forward',
    severity: 'medium',
    title: 'open network connections into pods',
    why: `They pass network policies, and reach what listens on the pod itself only. ${stays}`,
    outlives: true,
    calls: [{ verbs: ['create', 'get'], groups: [''], resources: ['pods/portforward'] }],
  },
  {
    id: 'E21-ephemeral-containers',
    severity: 'high',
    title: 'add debug containers to running pods',
    why: `${has} Such a container runs any image, and can't be taken out of its pod.`,
    outlives: true,
    gives: 'commands',
    calls: [{ verbs: changes, groups: [''], resources: ['pods/ephemeralcontainers'] }],
  },
  {
    id: 'E24-pod-and-service-proxy',
    severity: 'medium',
    title: 'send web requests to pods and services through the API server',
    why: 'They come from the API server, and so pass network policies that keep others out.',
    outlives: false,
    calls: [{ verbs: methods, groups: [''], resources: ['pods/proxy', 'services/proxy'] }],
  },
];
