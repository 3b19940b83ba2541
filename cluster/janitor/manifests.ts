/** The janitor in a cluster: a CronJob that ends what stands beyond its time when nothing in AWS does, and its few rights. */
import { ownNamespace } from '#domain/catalog.ts';
import { janitorAccount } from '../identities.ts';
import type { Manifest } from '../manifest.ts';
import { namespacesOf, type OfferedRole } from '../offer.ts';
import { clusterWide, inNamespace, onBoth, type Rights } from '../rights.ts';
import { janitorProgram, programName } from './program.ts';

/**
 * Node's own image, from the registry that every EKS cluster can reach: of the version that Curfew is tested with, and by
 * the digest of its index, so that it is the same on each architecture and no one can put another in its place.
 */
export const janitorImage =
  'public.ecr.aws/docker/library/node:24.21.0-alpine@sha256:ebfe2f90462722a7a4de65e91990e97fe0d401c70e0e762c5b53302f905ec1c1';

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';
const programFolder = '/curfew';

/** Any user but root; it owns nothing. */
const nobody = 65_534;

export function janitorManifests(
  offer: readonly OfferedRole[],
  deployment: string,
  labels: Record<string, string>,
  image: string,
): Manifest[] {
  const metadata = { name: janitorAccount.name, namespace: ownNamespace, labels };
  const longest = Math.max(...offer.map(({ maxDurationSeconds }) => maxDurationSeconds));
  const command = ['node', `${programFolder}/${programName}`, accountFolder, deployment, String(longest)];
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: ownNamespace,
      labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  };
  // The token is given to the one pod that asks for it.
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
  const program = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { [programName]: janitorProgram() },
  };
  const job = { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: cronJob(image, command) };
  return [namespace, account, program, ...janitorRights(offer, labels), job];
}

function janitorRights(offer: readonly OfferedRole[], labels: Record<string, string>): Rights[] {
  return [
    ...clusterWide(janitorAccount.rights, [onBoth('get', 'list')], labels, janitorAccount.subject),
    ...namespacesOf(offer).flatMap((namespace) =>
      inNamespace(namespace, janitorAccount.rights, [onBoth('delete')], labels, janitorAccount.subject),
    ),
  ];
}

/** Each minute, one at a time; a run that fails is not repeated, as the next one comes. */
function cronJob(image: string, command: string[]) {
  return {
    schedule: '* * * * *',
    concurrencyPolicy: 'Forbid',
    // Without it a CronJob gives up for good after a hundred runs that could not start.
    startingDeadlineSeconds: 60,
    suspend: false,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: 300,
        template: { spec: pod(image, command) },
      },
    },
  };
}

/** As Pod Security's level `restricted` asks, and with nothing to write to. */
function pod(image: string, command: string[]) {
  return {
    serviceAccountName: janitorAccount.name,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    // Ending access must not wait for room in a full cluster.
    priorityClassName: 'system-cluster-critical',
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: nobody,
      runAsGroup: nobody,
      fsGroup: nobody,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'janitor',
        image,
        imagePullPolicy: 'IfNotPresent',
        command,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        volumeMounts: [{ name: 'program', mountPath: programFolder, readOnly: true }],
      },
    ],
    volumes: [{ name: 'program', configMap: { name: janitorAccount.name } }],
  };
}
