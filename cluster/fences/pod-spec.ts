/** What an object says of the pods it is or makes, as CEL: the same names for pods, and for all kinds that hold a template. */
import type { Fence, ResourceRule } from './policy.ts';

/** Whatever is or makes pods in Kubernetes itself. Kinds that others define make theirs through these, by a controller. */
export const podsAndTemplates: ResourceRule[] = [
  {
    apiGroups: [''],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['pods', 'pods/ephemeralcontainers', 'podtemplates', 'replicationcontrollers'],
  },
  {
    apiGroups: ['apps'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
  },
  {
    apiGroups: ['batch'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['jobs', 'cronjobs'],
  },
];

const specOf = (object: string) =>
  `request.kind.kind == 'Pod' ? ${object}.?spec.orValue({}) : ` +
  `request.kind.kind == 'PodTemplate' ? ${object}.?template.?spec.orValue({}) : ` +
  `request.kind.kind == 'CronJob' ? ${object}.?spec.?jobTemplate.?spec.?template.?spec.orValue({}) : ` +
  `${object}.?spec.?template.?spec.orValue({})`;

const containersOf = (pod: string) =>
  ['containers', 'initContainers', 'ephemeralContainers']
    .map((list) => `variables.${pod}.?${list}.orValue([])`)
    .join(' + ');

/** `pod` and its `containers` of every sort, and what they were: `before` and `ran`, empty where nothing was. */
export const podVariables: NonNullable<Fence['variables']> = [
  { name: 'pod', expression: specOf('object') },
  { name: 'before', expression: `oldObject == null ? dyn({}) : dyn(${specOf('oldObject')})` },
  { name: 'containers', expression: containersOf('pod') },
  { name: 'ran', expression: containersOf('before') },
];

export const unchanged = 'variables.pod == variables.before';

/** A setting of container `c`, or where it has none the pod's. */
const setting = (key: string, otherwise: string) =>
  `c.?securityContext.?${key}.orValue(variables.pod.?securityContext.?${key}.orValue(${otherwise}))`;

const notRoot = `${setting('runAsUser', '-1')} > 0 || (${setting('runAsUser', '-1')} != 0 && ${setting('runAsNonRoot', 'false')})`;

/** Whether no container may run as root, unless it was there before with the same settings. */
export const noneRunsAsRoot =
  `variables.pod.?os.?name.orValue('') == 'windows' || variables.containers.all(c, ${notRoot} || ` +
  '(variables.pod.?securityContext == variables.before.?securityContext && variables.ran.exists(b, b.name == c.name && b.?securityContext == c.?securityContext)))';

const unconfined = (of: string) =>
  `${of}.?securityContext.?seccompProfile.?type.orValue('') == 'Unconfined' || ${of}.?securityContext.?appArmorProfile.?type.orValue('') == 'Unconfined' || ${of}.?securityContext.?windowsOptions.?hostProcess.orValue(false)`;

/** Whether the pods stay inside themselves: nothing of the node that they run on. */
export const staysInside = [
  "!['hostNetwork', 'hostPID', 'hostIPC'].exists(key, variables.pod[?key].orValue(false))",
  'variables.pod.?volumes.orValue([]).all(v, !has(v.hostPath))',
  `!(${unconfined('variables.pod')})`,
  `variables.containers.all(c, ${[
    '!c.?securityContext.?privileged.orValue(false)',
    "c.?securityContext.?capabilities.?add.orValue([]).all(a, a == 'NET_BIND_SERVICE')",
    "c.?securityContext.?procMount.orValue('Default') == 'Default'",
    'c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)',
    'c.?volumeDevices.orValue([]).size() == 0',
    `!(${unconfined('c')})`,
  ].join(' && ')})`,
].join(' && ');
