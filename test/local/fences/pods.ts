/** Pods, and everything of Kubernetes' own that makes pods, around one and the same pod spec. */
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';

// biome-ignore lint/suspicious/noExplicitAny: parts of pods of every shape, wrong ones too.
export type PodSpec = any;

/** Runs as nobody special: what every fence lets through. */
export function plainPod(change: (spec: PodSpec) => void = () => {}): PodSpec {
  const spec = {
    containers: [{ name: 'app', image: 'registry.example/app:1', securityContext: { runAsNonRoot: true } }],
    restartPolicy: 'Always',
  };
  change(spec);
  return spec;
}

const labels = { app: 'tried', team: 'payments' };
const template = (spec: PodSpec) => ({ metadata: { labels }, spec });
const never = (spec: PodSpec) => ({ ...spec, restartPolicy: 'Never' });
const selected = { selector: { matchLabels: labels } };

/** Kind -> where it is created, and its body around a pod spec. */
const shapes: Record<string, { base: string; plural: string; body: (spec: PodSpec) => object }> = {
  Pod: { base: '/api/v1', plural: 'pods', body: (spec) => ({ spec }) },
  PodTemplate: { base: '/api/v1', plural: 'podtemplates', body: (spec) => ({ template: template(spec) }) },
  ReplicationController: {
    base: '/api/v1',
    plural: 'replicationcontrollers',
    body: (spec) => ({ spec: { selector: labels, template: template(spec) } }),
  },
  Deployment: {
    base: '/apis/apps/v1',
    plural: 'deployments',
    body: (spec) => ({ spec: { ...selected, template: template(spec) } }),
  },
  StatefulSet: {
    base: '/apis/apps/v1',
    plural: 'statefulsets',
    body: (spec) => ({ spec: { ...selected, serviceName: 'x', template: template(spec) } }),
  },
  DaemonSet: {
    base: '/apis/apps/v1',
    plural: 'daemonsets',
    body: (spec) => ({ spec: { ...selected, template: template(spec) } }),
  },
  ReplicaSet: {
    base: '/apis/apps/v1',
    plural: 'replicasets',
    body: (spec) => ({ spec: { ...selected, template: template(spec) } }),
  },
  Job: {
    base: '/apis/batch/v1',
    plural: 'jobs',
    body: (spec) => ({ spec: { template: template(never(spec)) } }),
  },
  CronJob: {
    base: '/apis/batch/v1',
    plural: 'cronjobs',
    body: (spec) => ({
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: template(never(spec)) } } },
    }),
  },
};

export const workloadKinds = Object.keys(shapes);

/** A call that makes it in `payments`, under a name of its own. */
export function making(kind: string, spec: PodSpec, name = `tried-${++made}`): KubernetesCall {
  const shape = shapes[kind];
  if (!shape) throw new TypeError(`No shape for ${kind}.`);
  const { base, plural, body } = shape;
  const apiVersion = base.replace(/^\/apis?\//, '');
  return {
    method: 'POST',
    path: `${base}/namespaces/payments/${plural}`,
    body: { apiVersion, kind, metadata: { name, labels }, ...body(spec) },
  };
}
let made = 0;
