/** Where people with a grant may write at all: never in protected namespaces, and nothing of the cluster's own. */
import { literal } from '../../cel.ts';
import type { Fence, ResourceRule } from '../policy.ts';
import { byPeople, namespaceOfCall } from './by-people.ts';

const everything: ResourceRule = {
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations: ['*'],
  resources: ['*/*'],
};

/** CONNECT is among the operations: exec, attach, port-forward and proxy, by whatever HTTP method they come. */
export function peopleInProtected(protectedNamespaces: readonly string[]): Fence {
  return {
    name: 'curfew-people-protected',
    failurePolicy: 'Fail',
    on: [everything],
    when: [
      byPeople,
      {
        name: 'in-a-protected-namespace',
        expression: `${namespaceOfCall}.startsWith('kube-') || ${namespaceOfCall} in ${literal(protectedNamespaces)}`,
      },
    ],
    require: [
      {
        expression: 'false',
        message:
          'This namespace is protected: with temporary access nothing is changed in it, and no pod of it is entered.',
      },
    ],
  };
}

/** Namespaces and RBAC objects have fences of their own. Reviews change nothing: `kubectl auth can-i` is one. */
export const peopleInCluster: Fence = {
  name: 'curfew-people-cluster',
  failurePolicy: 'Fail',
  on: [{ ...everything, scope: 'Cluster' }],
  except: [
    { ...everything, apiGroups: [''], resources: ['namespaces', 'namespaces/*'] },
    { ...everything, apiGroups: ['rbac.authorization.k8s.io'] },
    { ...everything, apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'], operations: ['CREATE'] },
  ],
  when: [byPeople],
  require: [
    {
      expression: 'false',
      message:
        'Temporary access is for namespaces: nodes, volumes, policies and all else that belongs to the whole cluster are out of its reach.',
    },
  ],
};

/** Labels of a namespace switch its pod security off, and every policy that goes by them. */
export const peopleNamespaces: Fence = {
  name: 'curfew-people-namespaces',
  failurePolicy: 'Fail',
  on: [
    {
      apiGroups: [''],
      apiVersions: ['*'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['namespaces', 'namespaces/*'],
    },
  ],
  when: [byPeople],
  require: [
    {
      expression:
        'oldObject != null && object.?metadata.?labels.orValue({}) == oldObject.?metadata.?labels.orValue({})',
      message: 'With temporary access no namespace is made, and the labels of none are changed.',
    },
  ],
};

/** @param keys of labels; never empty */
export function peopleLabels(keys: readonly string[]): Fence {
  const of = (object: string) => `${object}.?metadata.?labels[?key]`;
  return {
    name: 'curfew-people-labels',
    failurePolicy: 'Fail',
    on: [{ ...everything, operations: ['UPDATE'], resources: ['*'] }],
    when: [byPeople],
    require: [
      {
        expression: `${literal(keys)}.all(key, !${of('oldObject')}.hasValue() || ${of('object')} == ${of('oldObject')})`,
        message: `With temporary access these labels are neither taken off nor changed: ${keys.join(', ')}.`,
      },
    ],
  };
}
