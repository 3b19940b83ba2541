/** Guards of the log: what a verifier notices, and what keeps sealers to one history. */
import { contract, type Mutant, unit } from './mutant.ts';

const checkEvents = 'broker/domain/audit-log/check-events.ts';
const verify = 'broker/domain/audit-log/verify-log.ts';
const sealer = 'broker/operations/seal-log.ts';
const byMutations = unit('domain/audit-log/verify-log');
const bySealing = unit('operations/seal-log');

/** A condition of the verifier that never holds. */
const blind = (name: string, file: string, from: string, to: string): Mutant => ({
  name: `the verifier ${name}`,
  guards: 'evidence that is whole (N59, N61)',
  changes: [{ file, from, to }],
  killedBy: byMutations,
});

export const auditLogMutants: readonly Mutant[] = [
  blind(
    'compares no event with its leaf',
    checkEvents,
    "leafHash(object.text).toString('hex') !== hash",
    'false',
  ),
  blind('follows no chain', checkEvents, 'event.prev !== head.hash', 'false'),
  blind('takes events of the future', checkEvents, 'event.at > after(sealedAt, clockSkewMs)', 'false'),
  blind('names nothing that has no leaf', checkEvents, 'else if (isNamed)', 'else if (!isNamed)'),
  blind('sees no lock that is off', checkEvents, 'object.locked === false', 'object.locked === undefined'),
  blind('asks nobody who signed', verify, 'if (!this.#how.isSigned(signed))', 'if (false)'),
  blind('follows no checkpoint', verify, 'checkpoint.prev !== prev', 'false'),
  blind('makes no root', verify, "this.tree.root().toString('hex') === root", 'true'),
  blind('takes a checkpoint of an earlier time', verify, 'checkpoint.at < this.last.at', 'false'),
  blind('asks for no sign of life', verify, 'msBetween(this.last.at, asOf) > silenceMs', 'false'),
  blind(
    'forgets the checkpoint that was kept elsewhere',
    verify,
    'known.checkpoint.number > this.#number',
    'false',
  ),
  {
    name: 'the sealer passes a gap',
    guards: 'only what is in the locked bucket has a leaf (N58)',
    changes: [{ file: sealer, from: 'gap === -1 ? undefined : gap', to: 'undefined' }],
    killedBy: bySealing,
  },
  {
    name: 'the sealer seals a chain that is broken',
    guards: 'history that is never rewritten (N59)',
    changes: [{ file: sealer, from: 'if (fault !== undefined) {', to: 'if (false) {' }],
    killedBy: bySealing,
  },
  {
    name: 'the sealer begins anew while a seal is pending',
    guards: 'one history (N61)',
    changes: [
      {
        file: sealer,
        from: 'state.pending ? state : await decide(world, state)',
        to: 'await decide(world, state)',
      },
    ],
    killedBy: bySealing,
  },
  {
    name: 'DynamoDB takes any state of the log for the next one',
    guards: 'one history (N61)',
    changes: [
      {
        file: 'broker/adapters/dynamo-audit-log.ts',
        from: "isFirst ? 'attribute_not_exists(pk)' : 'version = :before'",
        to: "isFirst ? 'attribute_not_exists(pk)' : 'version = :before OR attribute_exists(pk)'",
      },
    ],
    killedBy: contract('audit-log', 'in DynamoDB.*lets one of many'),
  },
];
