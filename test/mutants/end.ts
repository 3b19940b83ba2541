/** Guards of HoldGrant, EndGrant and UnbindRole: no wake-up is lost, nothing goes early, and gone is proven. */
import { contract, type Mutant, unit } from './mutant.ts';

const hold = 'broker/domain/transitions/hold.ts';
const end = 'broker/domain/transitions/end.ts';
const unbind = 'broker/operations/unbind-role.ts';
const twin = 'broker/adapters/memory/cluster.ts';
const kubernetes = 'broker/adapters/kubernetes-api.ts';

export const endMutants: readonly Mutant[] = [
  {
    name: 'HoldGrant holds a grant whose end was requested',
    guards: 'no wake-up is lost (N24)',
    changes: [
      {
        file: hold,
        from: 'const over = !grant || before.endRequested || at',
        to: 'const over = !grant || at',
      },
    ],
    killedBy: unit('domain/hold'),
  },
  {
    name: 'HoldGrant holds a grant that is ending or over',
    guards: 'terminal states (N10, N28)',
    changes: [
      { file: hold, from: "if (over || (status !== 'granting' && status !== 'active'))", to: 'if (over)' },
    ],
    killedBy: unit('domain/hold'),
  },
  {
    name: 'HoldGrant holds a grant that has no time left',
    guards: 'ends that would come late (N25)',
    changes: [{ file: hold, from: ' || at >= after(grant.expiresAt, -shortestHoldMs);', to: ';' }],
    killedBy: unit('domain/hold'),
  },
  {
    name: 'HoldGrant believes BindRole what has to be deleted',
    guards: 'what was planned is what is deleted (N36)',
    changes: [
      {
        file: hold,
        from: 'const bound = withUids(grant.bindings, bindings);',
        to: 'const bound = bindings;',
      },
    ],
    killedBy: unit('domain/hold'),
  },
  {
    name: 'EndGrant lets a grant go as soon as its hold times out',
    guards: 'never early',
    changes: [
      {
        file: end,
        from: "reason: 'its time is up', notBefore: expiresAt,",
        to: "reason: 'its time is up', notBefore: now,",
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'EndGrant ends a grant that something failed only at its expiry',
    guards: 'faults fail closed (N20)',
    changes: [
      {
        file: end,
        from: "(${cause ?? 'unknown'})`, notBefore: now,",
        to: "(${cause ?? 'unknown'})`, notBefore: expiresAt,",
      },
    ],
    killedBy: unit('domain/end'),
  },
  {
    name: 'EndGrant waits for the expiry although an end was requested',
    guards: 'early ends (N24)',
    changes: [
      {
        file: end,
        from: 'reason: endRequested.reason, notBefore: now,',
        to: 'reason: endRequested.reason, notBefore: expiresAt,',
      },
    ],
    killedBy: unit('domain/end'),
  },
  {
    name: 'EndGrant reads no new address of the cluster and takes a deleted one for an error',
    guards: 'ends on clusters that are gone',
    changes: [
      {
        file: 'broker/operations/end-grant.ts',
        from: 'entries.findCluster(resolved.eksCluster, patience)',
        to: 'entries.describeCluster(resolved.eksCluster)',
      },
    ],
    killedBy: unit('operations/ending'),
  },
  {
    name: 'a grant goes on while EKS can not be asked where its cluster is',
    guards: 'on time, whatever EKS does',
    changes: [
      {
        file: 'broker/operations/end-grant.ts',
        from: 'if (error instanceof Unavailable) return address;',
        to: '',
      },
    ],
    killedBy: unit('operations/eks-away'),
  },
  {
    name: 'UnbindRole deletes without waiting for the instant',
    guards: 'never early',
    changes: [{ file: unbind, from: '  await waitUntil(world, plan.notBefore);\n', to: '' }],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'UnbindRole takes absence for proof before create-before has passed',
    guards: 'a late creation that opens a door (N25)',
    changes: [
      {
        file: unbind,
        from: 'if (world.clock.now() < fence) {',
        to: 'if (world.clock.now() < plan.notBefore) {',
      },
    ],
    killedBy: unit('operations/unbind-role'),
  },
  {
    name: 'UnbindRole waits for create-before and does not look again',
    guards: 'a late creation that opens a door (N25)',
    changes: [{ file: unbind, from: 'found = (await removeAll(session, plan)) || found;', to: '' }],
    killedBy: unit('operations/unbind-role'),
  },
  {
    name: 'UnbindRole deletes what somebody else put under our name',
    guards: 'only what we made (N36)',
    changes: [
      {
        file: unbind,
        from: 'if (uid !== binding.uid && !isOurs(standing, plan.deployment, plan.requestId)) {',
        to: "if (uid === '') {",
      },
    ],
    killedBy: unit('operations/ending'),
  },
  {
    name: 'UnbindRole leaves ours standing once somebody took its labels away',
    guards: 'everyone out (N21)',
    changes: [{ file: unbind, from: 'if (uid !== binding.uid && !isOurs', to: 'if (!isOurs' }],
    killedBy: unit('operations/ending'),
  },
  {
    name: 'UnbindRole takes what it can not tell apart for gone',
    guards: 'gone is proven (N21, N32)',
    changes: [{ file: unbind, from: 'if (binding.uid !== undefined) return found;', to: 'return found;' }],
    killedBy: unit('operations/ending'),
  },
  {
    name: 'UnbindRole does not read back what it deleted',
    guards: 'status by what was observed (N21, N40)',
    changes: [
      {
        file: unbind,
        from: '    await session.deleteRoleBinding(namespace, name, uid);\n',
        to: '    await session.deleteRoleBinding(namespace, name, uid);\n    return true;\n',
      },
    ],
    killedBy: unit('operations/unbind-role'),
  },
  {
    name: 'UnbindRole takes the last of its tries for success',
    guards: 'retries exhausted is not revoked (N27)',
    changes: [
      {
        file: unbind,
        from: '  throw new StillStanding(`RoleBinding ${namespace}/${name} is still there after ${deleteTries} deletes.`);',
        to: '  return true;',
      },
    ],
    killedBy: unit('operations/unbind-role'),
  },
  {
    name: 'UnbindRole says that nothing was ever usable when an earlier try may have deleted it',
    guards: 'what the record says of access that was used (N21)',
    changes: [{ file: unbind, from: 'found: found || plan.retried === true', to: 'found' }],
    killedBy: unit('operations/unbind-role'),
  },
  {
    name: 'UnbindRole gives up all plans of a call with the first that fails',
    guards: 'the fault of one is not another’s (N23)',
    changes: [
      {
        file: 'broker/operations/unbind-roles.ts',
        from: '        error instanceof Error ? error : new Error(String(error)),',
        to: '        Promise.reject(error),',
      },
    ],
    killedBy: unit('operations/unbind-role'),
  },
  {
    name: 'the memory twin deletes a RoleBinding whatever its UID',
    guards: 'same name, new object (N32)',
    changes: [{ file: twin, from: "if (found.metadata.uid !== uid) return 'other';", to: '' }],
    killedBy: contract('cluster-api', 'in memory.*deletes exactly the object'),
  },
  {
    name: 'Kubernetes is told to delete a RoleBinding whatever its UID',
    guards: 'same name, new object (N32)',
    changes: [
      {
        file: kubernetes,
        from: "const body = { preconditions: { uid }, propagationPolicy: 'Background' };",
        to: "const body = { propagationPolicy: 'Background' };",
      },
    ],
    killedBy: contract('cluster-api', 'deletes exactly the object|never deletes the successor'),
  },
  {
    name: 'any 404 on the way to Kubernetes counts as gone',
    guards: 'gone is proven by the API server (N40)',
    changes: [
      {
        file: 'broker/adapters/kubernetes-refusal.ts',
        from: "return status === 404 && reason === 'NotFound';",
        to: "return status === 404 && reason !== '!';",
      },
    ],
    killedBy: unit('adapters/kubernetes-connection'),
  },
  {
    name: 'an answer that is no RoleBinding of that name counts as not ours',
    guards: 'gone is proven by the API server (N40)',
    changes: [
      {
        file: kubernetes,
        from: 'if (metadata?.name !== name || metadata.namespace !== namespace || metadata.uid === undefined)',
        to: "if (name === '')",
      },
    ],
    killedBy: unit('adapters/kubernetes-connection'),
  },
];
