/** Boundaries between roles: what reads secrets, and what gets inside of pods, is a role of its own kind, reviewed by people. */
import type { CatalogRole, PolicyRule } from './catalog.ts';
import type { ReferenceFault } from './catalog-references.ts';
import { judge } from './escalation/judge.ts';
import { fewest } from './policy/review-needs.ts';

const secrets = ['E08-get-secrets', 'E09-list-secrets', 'E10-watch-secrets', 'E12-write-secrets'];
const insidePods = [
  'E17-exec',
  'E18-exec-by-get',
  'E19-attach',
  'E20-port-forward',
  'E21-ephemeral-containers',
  'E24-pod-and-service-proxy',
];

type Judged = Pick<CatalogRole, 'duty' | 'reviews'> & { rules: readonly PolicyRule[] };

/** `path` leads from the role to what is wrong. */
export function boundaryFaults(role: Judged): ReferenceFault[] {
  return [...secretFaults(role), ...insideFaults(role)];
}

/** Rules that reach one of these escalations. */
function reaching({ rules }: Judged, ids: readonly string[]): number[] {
  const found = judge(rules, { scope: 'namespace' }).filter(({ id }) => ids.includes(id));
  return [...new Set(found.flatMap((escalation) => escalation.rules))].sort((a, b) => a - b);
}

export function reachesSecrets(role: Judged): boolean {
  return reaching(role, secrets).length > 0;
}

function secretFaults(role: Judged): ReferenceFault[] {
  const reached = reaching(role, secrets);
  if (reached.length === 0) return [];
  const others = role.rules.flatMap((_, i) => (reached.includes(i) ? [] : [i]));
  return [
    ...dutyFault(role, 'secrets', 'It reaches secrets'),
    ...reviewFault(role, 'It reaches secrets'),
    ...reached.flatMap((i) => (namesSecrets(role.rules[i]) ? [] : [fault(['rules', i], unnamed)])),
    ...others.map((i) =>
      fault(['rules', i], 'A role that reaches secrets holds nothing else: make two roles of it.'),
    ),
  ];
}

const unnamed =
  'Name the secrets: give resourceNames, and secrets as its only resource. What one can list or create has no name; leave these verbs out.';

/** The server matches a list or watch by the one name that it is narrowed to, so names bind these verbs too. */
function namesSecrets(rule: Judged['rules'][number] | undefined): boolean {
  if (!rule) return false;
  const { resourceNames = [], resources, verbs } = rule;
  const named = resourceNames.length > 0 && resourceNames.every((name) => name !== '' && !name.includes('*'));
  return named && resources.every((resource) => resource === 'secrets') && !verbs.includes('create');
}

function insideFaults(role: Judged): ReferenceFault[] {
  if (reaching(role, insidePods).length === 0) return [];
  return [
    ...dutyFault(role, 'debugging', 'It gets inside of pods'),
    ...reviewFault(role, 'It gets inside of pods'),
  ];
}

const fault = (path: ReferenceFault['path'], message: string): ReferenceFault => ({ path, message });

function dutyFault({ duty }: Judged, wanted: Judged['duty'], because: string): ReferenceFault[] {
  return duty === wanted
    ? []
    : [
        fault(
          ['duty'],
          `${because}, which is the duty ${wanted}, apart from ${duty}: put those rules into a role of that duty.`,
        ),
      ];
}

function reviewFault({ reviews }: Judged, because: string): ReferenceFault[] {
  return fewest(reviews) > 0
    ? []
    : [fault(['reviews'], `${because}, so somebody has to approve it: required: 1 at least.`)];
}
