/** Guards of roles that aren't Curfew's: read whole, judged as its own, pinned by their digest, and looked at while they are given. */
import { type Mutant, unit } from './mutant.ts';

const stories = unit('operations/foreign-role');
const judged = unit('domain/foreign-role');
const resolved = unit('domain/aggregation');

export const foreignRoleMutants: readonly Mutant[] = [
  {
    name: 'a role that is not ours is bound though it changed since the plan',
    guards: 'rules pinned by their digest (N51)',
    changes: [
      {
        file: 'broker/operations/bind-role.ts',
        from: "'rules' in found && rulesDigest(found.rules) === approved",
        to: "'rules' in found",
      },
    ],
    killedBy: stories,
  },
  {
    name: 'a role that is not ours is given though it changed since its approval',
    guards: 'what changed is asked for again (N51)',
    changes: [
      {
        file: 'broker/operations/check-approval.ts',
        from: 'now.rulesDigest === resolved.rulesDigest) return undefined;',
        to: "now.rulesDigest !== '') return undefined;",
      },
    ],
    killedBy: stories,
  },
  {
    name: 'a role that is not ours goes on though it allows more by now',
    guards: 'what was approved is what is granted (N51)',
    changes: [
      {
        file: 'broker/operations/sweep-foreign.ts',
        from: 'if (!request || allowsNoMore(surveyed(clusterRole), request.resolved.rules)) return;',
        to: 'if (request) return;',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'a role that is not ours ends though it allows less',
    guards: 'nobody loses access early',
    changes: [
      {
        file: 'broker/domain/foreign-role.ts',
        from: 'return rulesFound(surveyed).every((rule) => known.has(canonicalJson(rule)));',
        to: 'return rulesFound(surveyed).length === known.size;',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'a role that is not ours is given whatever it can lead to',
    guards: 'the broker is no ladder (N50)',
    changes: [
      {
        file: 'broker/domain/foreign-role.ts',
        from: '...unacceptedOf(judged).map(',
        to: '...unacceptedOf({ ...judged, rules: [] }).map(',
      },
    ],
    killedBy: judged,
  },
  {
    name: 'a role that is not ours is judged by its rules and not by its boundaries',
    guards: 'the boundary of secrets',
    changes: [
      {
        file: 'broker/domain/foreign-role.ts',
        from: '...[...boundaryFaults(judged), ...emergencyFaults(judged)].map(',
        to: '...[...emergencyFaults(judged)].map(',
      },
    ],
    killedBy: judged,
  },
  {
    name: 'what is not known of a role is taken for nothing',
    guards: 'faults fail closed (N05)',
    changes: [
      {
        file: 'broker/domain/foreign-role.ts',
        from: 'if (surveyed === undefined) return [`What ${what} allows on this cluster is not known.`];',
        to: 'if (surveyed === undefined) return [];',
      },
    ],
    killedBy: judged,
  },
  {
    name: 'a wildcard of a role that is not ours can be accepted',
    guards: 'wildcards are never accepted (N50)',
    changes: [
      {
        file: 'broker/domain/escalation/accepts.ts',
        from: "accepted === undefined || id === 'E01-wildcard' || impersonations.has(id)",
        to: 'accepted === undefined || impersonations.has(id)',
      },
    ],
    killedBy: judged,
  },
  {
    name: 'the catalog may name the broker and Kubernetes itself',
    guards: 'the broker is no ladder (N50)',
    changes: [
      {
        file: 'broker/domain/role-definition.ts',
        from: '!reserved.some((prefix) => name.startsWith(prefix))',
        to: '!reserved.every((prefix) => name.startsWith(prefix))',
      },
    ],
    killedBy: judged,
  },
  {
    name: 'what a role takes over from others is not looked at',
    guards: 'rules with aggregation resolved (N51)',
    changes: [
      {
        file: 'broker/domain/aggregation.ts',
        from: 'reached.set(other.name, other);',
        to: 'break;',
      },
    ],
    killedBy: resolved,
  },
  {
    name: 'a role that nobody could read through is given',
    guards: 'what is approved can be read',
    changes: [
      {
        file: 'broker/domain/aggregation.ts',
        from: 'const mostRules = 400;',
        to: 'const mostRules = 4_000;',
      },
    ],
    killedBy: resolved,
  },
  {
    name: 'the organisation judges what was approved, and not what would be given now',
    guards: 'decided again at grant (N12)',
    changes: [
      {
        file: 'broker/operations/open-grant.ts',
        from: 'const judged = resolved ? { ...request, resolved } : request;',
        to: 'const judged = request;',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'onboarding gives the right to bind what is a ladder',
    guards: 'the broker is no ladder (N50)',
    changes: [
      {
        file: 'cli/onboard/foreign-roles.ts',
        from: 'if (faults.length === 0) return found;',
        to: 'if (faults) return found;',
      },
    ],
    killedBy: { project: 'local', files: ['test/local/onboard/foreign-roles.test.ts'] },
  },
];
