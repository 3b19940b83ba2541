/** Pods that people with a grant start or change, themselves or through whatever makes pods: nothing of the node, no root. */
import { noneRunsAsRoot, podsAndTemplates, podVariables, staysInside, unchanged } from '../pod-spec.ts';
import type { Fence } from '../policy.ts';
import { byPeople } from './by-people.ts';

/**
 * Scaling, labelling and restarting leave the pods as they are, and pass. What reaches into the node already can't be given
 * another image; what runs as root already can, as it gains nothing that it didn't have.
 */
export const peoplePods: Fence = {
  name: 'curfew-people-pods',
  failurePolicy: 'Fail',
  on: podsAndTemplates,
  when: [byPeople],
  variables: podVariables,
  require: [
    {
      expression: `${unchanged} || (${staysInside})`,
      message:
        "With temporary access no pod is started or changed that reaches into its node: privileged, with more capabilities, unconfined, or with the node's network, processes, ports, folders or disks.",
    },
    {
      expression: `${unchanged} || ${noneRunsAsRoot}`,
      message:
        'With temporary access no container is started that may run as root: set runAsNonRoot: true, or a runAsUser above 0.',
    },
    {
      expression: "variables.pod.?nodeName.orValue('') == variables.before.?nodeName.orValue('')",
      message: 'With temporary access no node is chosen for a pod: leave spec.nodeName out.',
    },
  ],
};

/** A revision is the template that a rollback brings back, in a form that can't be judged; a binding puts a pod on a node. */
export const peopleRevisions: Fence = {
  name: 'curfew-people-revisions',
  failurePolicy: 'Fail',
  on: [
    {
      apiGroups: ['apps'],
      apiVersions: ['*'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['controllerrevisions'],
    },
    {
      apiGroups: [''],
      apiVersions: ['*'],
      operations: ['CREATE'],
      resources: ['bindings', 'pods/binding'],
    },
  ],
  when: [byPeople],
  require: [
    {
      expression: 'false',
      message: 'With temporary access revisions are not written by hand, and no node is chosen for a pod.',
    },
  ],
};
