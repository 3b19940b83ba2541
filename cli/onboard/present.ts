/** Onboarding as a person reads it, and as a program does. */
import { nameOf } from '#cluster/manifest.ts';
import { safeText } from '../terminal/safe-text.ts';
import type { BrokerEntry } from './broker-entries.ts';
import { type Difference, inOneLine } from './difference.ts';
import type { Removal, Removed } from './offboard.ts';
import type { Intent, Outcome } from './onboard.ts';
import type { Step } from './plan.ts';

const signs: Record<Step['do'], string> = { create: '+', change: '~', remove: '-', leave: '=' };

export function intentLines({ steps, right, missingEntries, foreignRoles }: Intent): string[] {
  return [
    ...foreignRoles.flatMap(({ clusterRole, roles, allows }) => [
      `  = leave   ClusterRole ${clusterRole}, which isn't Curfew's and is given by ${roles.join(', ')}:`,
      ...allows.map((line) => `              ${safeText(line)}`),
    ]),
    ...stepLines(steps),
    ...missingEntries.map(
      ({ principalArn, username }) => `  + create  access entry ${username} for ${principalArn}`,
    ),
    ...(right > 0 ? [`  ${right} object${right === 1 ? ' is' : 's are'} as they should be.`] : []),
  ];
}

function stepLines(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => [
    `  ${signs[step.do]} ${step.do.padEnd(6)}  ${nameOf(step.object)}${remarkOn(step)}`,
    ...(step.do === 'change' ? differenceLines(step.differences) : []),
  ]);
}

export function removalLines({ steps, entries, live }: Removal): string[] {
  return [
    ...stepLines(steps),
    ...entries.map(
      ({ principalArn, username }) => `  - remove  access entry ${username} for ${principalArn}`,
    ),
    ...live.map(
      ({ namespace, name, expiresAt }) =>
        `  = leave   grant ${namespace}/${name}  (${expiresAt === undefined ? 'its end is unknown' : `until ${expiresAt}`})`,
    ),
  ];
}

function remarkOn(step: Step): string {
  return 'why' in step ? `  (${step.why})` : '';
}

const shown = 8;

function differenceLines(list: readonly Difference[]): string[] {
  const more = list.length > shown ? [`and ${list.length - shown} more differences`] : [];
  return [...list.slice(0, shown).map(inOneLine), ...more].map((line) => `              ${safeText(line)}`);
}

/** How many changes an intent makes; what is left alone is none. */
export function changeCount({ steps, missingEntries }: Intent): number {
  return steps.filter((step) => step.do !== 'leave').length + missingEntries.length;
}

/** Stable, for `--output json`. */
export function outcomeJson(
  on: { cluster: string; eks: object; deployment: { id: string } },
  outcome: Outcome,
) {
  return {
    cluster: on.cluster,
    ...on.eks,
    deployment: on.deployment.id,
    done: outcome.done,
    changes: changesJson(outcome.steps),
    accessEntries: entriesJson('create', outcome.missingEntries),
    foreignRoles: outcome.foreignRoles,
    right: outcome.right,
    tried: outcome.tried.map(({ what, answer }) => ({ what, answer })),
  };
}

/** Stable too. */
export function removalJson(
  on: { cluster: string; eks: object; deployment: { id: string } },
  { done, steps, entries, live }: Removed,
  reason: string | undefined,
) {
  return {
    cluster: on.cluster,
    ...on.eks,
    deployment: on.deployment.id,
    done,
    changes: changesJson(steps),
    accessEntries: entriesJson('remove', entries),
    live,
    ...(reason === undefined ? {} : { reason }),
  };
}

function changesJson(steps: readonly Step[]) {
  return steps.map((step) => {
    const { kind, metadata } = step.object;
    return {
      action: step.do,
      kind,
      name: metadata.name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      ...(step.do === 'change' ? { by: step.by, differences: step.differences } : {}),
      ...('why' in step ? { why: step.why } : {}),
    };
  });
}

function entriesJson(action: string, entries: readonly BrokerEntry[]) {
  return entries.map(({ principalArn, username }) => ({ action, principalArn, username }));
}
