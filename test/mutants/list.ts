/** All mutants, by area. */
import { admissionMutants } from './admission.ts';
import { auditLogMutants } from './audit-log.ts';
import { bindMutants } from './bind.ts';
import { breakGlassMutants } from './break-glass.ts';
import { claimMutants } from './claims.ts';
import { closeMutants } from './close.ts';
import { driftMutants } from './drift.ts';
import { endMutants } from './end.ts';
import { extendMutants } from './extend.ts';
import { foreignRoleMutants } from './foreign-role.ts';
import { killMutants } from './kill.ts';
import { ledgerMutants } from './ledger.ts';
import type { Mutant } from './mutant.ts';
import { openMutants } from './open.ts';
import { outgoingMutants } from './outgoing.ts';
import { passkeyMutants } from './passkeys.ts';
import { policyMutants } from './policy.ts';
import { recordMutants } from './records.ts';
import { reviewMutants } from './review.ts';
import { stateMachineMutants } from './state-machine.ts';
import { sweepMutants } from './sweep.ts';
import { takeEntryMutants } from './take-entry.ts';
import { taskMutants } from './task.ts';
import { ticketAskMutants } from './ticket-asks.ts';
import { ticketMutants } from './tickets.ts';
import { uiMutants } from './ui.ts';
import { usageMutants } from './usage.ts';
import { workloadMutants } from './workloads.ts';

export const mutants: readonly Mutant[] = [
  ...recordMutants,
  ...auditLogMutants,
  ...ledgerMutants,
  ...openMutants,
  ...takeEntryMutants,
  ...bindMutants,
  ...foreignRoleMutants,
  ...taskMutants,
  ...endMutants,
  ...claimMutants,
  ...closeMutants,
  ...sweepMutants,
  ...driftMutants,
  ...killMutants,
  ...extendMutants,
  ...stateMachineMutants,
  ...admissionMutants,
  ...reviewMutants,
  ...passkeyMutants,
  ...uiMutants,
  ...policyMutants,
  ...breakGlassMutants,
  ...workloadMutants,
  ...ticketMutants,
  ...usageMutants,
  ...ticketAskMutants,
  ...outgoingMutants,
];
