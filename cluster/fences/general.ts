/** Rules for everybody's workloads, with a grant or not: only where the catalog asks for them, and with warnings first. */
import { literal } from '../cel.ts';
import { namespaceOfCall } from './people/by-people.ts';
import { noneRunsAsRoot, podsAndTemplates, podVariables, unchanged } from './pod-spec.ts';
import type { Fence } from './policy.ts';

/**
 * Failing open: they better the house, and hold up nobody where they can't judge. What a controller makes is left out, as
 * it can't be mended there; what it is made from was judged.
 *
 * @param spared namespaces of the cluster's own, besides kube-*
 * @param labels keys that every workload must carry; none for no such rule
 */
export function generalFences(
  mode: 'warn' | 'deny',
  labels: readonly string[],
  spared: readonly string[],
): Fence[] {
  const when = [
    {
      name: 'not-spared',
      expression: `!${namespaceOfCall}.startsWith('kube-') && !(${namespaceOfCall} in ${literal(spared)})`,
    },
    {
      name: 'not-made-by-a-controller',
      expression: 'object.?metadata.?ownerReferences.orValue([]).all(o, !o.?controller.orValue(false))',
    },
  ];
  const rule = (name: string, expression: string, message: string): Fence => ({
    name: `curfew-general-${name}`,
    mode,
    failurePolicy: 'Ignore',
    on: podsAndTemplates,
    when,
    variables: podVariables,
    require: [{ expression: `${unchanged} || ${expression}`, message }],
  });
  return [
    rule(
      'root',
      noneRunsAsRoot,
      'A container may run as root: set runAsNonRoot: true, or a runAsUser above 0.',
    ),
    ...(labels.length === 0
      ? []
      : [
          rule(
            'labels',
            `${literal(labels)}.all(key, object.?metadata.?labels[?key].orValue('') != '')`,
            `Workloads carry the labels ${labels.join(', ')}.`,
          ),
        ]),
  ];
}
