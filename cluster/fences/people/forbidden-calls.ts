/** Calls that the catalog forbids to people with a grant in an environment: one fence each, named after the call. */
import type { ForbiddenCall } from '#domain/forbidden-calls.ts';
import { podsAndTemplates, podVariables } from '../pod-spec.ts';
import type { Fence, ResourceRule } from '../policy.ts';
import { byPeople } from './by-people.ts';

interface Forbidden {
  on: ResourceRule[];
  /** CEL; which of the calls are meant. Absent: all. */
  only?: string;
  variables?: NonNullable<Fence['variables']>;
  /** Completes "Temporary access to this cluster does not ...". */
  what: string;
}

function core(resources: string[], ...operations: ResourceRule['operations']): ResourceRule {
  return { apiGroups: [''], apiVersions: ['*'], operations, resources };
}

const account = (pod: string) =>
  `variables.${pod}.?serviceAccountName.orValue(variables.${pod}.?serviceAccount.orValue('default'))`;

const table: Record<ForbiddenCall, Forbidden> = {
  exec: {
    on: [core(['pods/exec', 'pods/attach'], 'CONNECT')],
    what: 'run commands in pods or attach to them',
  },
  'port-forward': {
    on: [core(['pods/portforward', 'pods/proxy', 'services/proxy'], 'CONNECT')],
    what: 'open connections into pods and services',
  },
  'debug-containers': {
    on: [core(['pods/ephemeralcontainers'], 'UPDATE')],
    what: 'add debug containers to pods',
  },
  'start-pods': {
    on: [
      core(['pods'], 'CREATE'),
      { apiGroups: ['batch'], apiVersions: ['*'], operations: ['CREATE'], resources: ['jobs'] },
    ],
    what: 'start pods or jobs by hand',
  },
  'change-service-accounts': {
    on: podsAndTemplates,
    // What is made anew runs as the one that everything runs as by default.
    only: `${account('pod')} != (oldObject == null ? 'default' : ${account('before')})`,
    variables: podVariables,
    what: 'choose the service account that pods run as',
  },
  'write-secrets': { on: [core(['secrets'], 'CREATE', 'UPDATE', 'DELETE')], what: 'write or delete secrets' },
  'external-addresses': {
    on: [core(['services', 'services/status'], 'CREATE', 'UPDATE')],
    only: `object.?spec.?externalIPs.orValue([]).size() > 0 || (request.?subResource.orValue('') == 'status' && object.?status != oldObject.?status)`,
    what: 'give services addresses from outside of the cluster',
  },
  'delete-collections': {
    on: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['DELETE'], resources: ['*/*'] }],
    // A deletion that names nothing is one of everything.
    only: "request.?name.orValue('') == ''",
    what: 'delete everything of a kind in one call',
  },
  'delete-namespaces': { on: [core(['namespaces'], 'DELETE')], what: 'delete namespaces' },
  'delete-volumes': {
    on: [core(['persistentvolumeclaims'], 'DELETE')],
    what: 'delete volumes, with what is stored on them',
  },
};

/** @param environment that forbids it, to be named in the refusal */
export function forbiddenCall(call: ForbiddenCall, environment: string): Fence {
  const { on, only, variables, what } = table[call];
  return {
    name: `curfew-forbids-${call}`,
    failurePolicy: 'Fail',
    on,
    when: [byPeople],
    ...(variables ? { variables } : {}),
    require: [
      {
        expression: only === undefined ? 'false' : `!(${only})`,
        message: `Temporary access to this cluster does not ${what}: the catalog forbids "${call}" in the environment ${environment}.`,
      },
    ],
  };
}
