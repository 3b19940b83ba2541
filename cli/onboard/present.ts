/** Onboarding as a person reads it, and as a program does. */
import { nameOf } from '#cluster/manifest.ts';
import type { Intent, Outcome } from './onboard.ts';
import type { Step } from './plan.ts';

const signs: Record<Step['do'], string> = { create: '+', change: '~', remove: '-', leave: '=' };

export function intentLines({ steps, right, missingEntries }: Intent): string[] {
  return [
    ...steps.map(
      (step) => `  ${signs[step.do]} ${step.do.padEnd(6)}  ${nameOf(step.object)}${remarkOn(step)}`,
    ),
    ...missingEntries.map(
      ({ principalArn, username }) => `  + create  access entry ${username} for ${principalArn}`,
    ),
    ...(right > 0 ? [`  ${right} object${right === 1 ? ' is' : 's are'} as they should be.`] : []),
  ];
}

function remarkOn(step: Step): string {
  if (step.do === 'change') return `  (${shortened(step.paths)})`;
  return step.do === 'create' ? '' : `  (${step.why})`;
}

function shortened(paths: readonly string[]): string {
  const shown = 3;
  const more = paths.length > shown ? ` and ${paths.length - shown} more` : '';
  return `${paths.slice(0, shown).join(', ')}${more}`;
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
    changes: outcome.steps.map((step) => {
      const { kind, metadata } = step.object;
      return {
        action: step.do,
        kind,
        name: metadata.name,
        ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
        ...(step.do === 'change' ? { paths: step.paths } : {}),
        ...('why' in step ? { why: step.why } : {}),
      };
    }),
    accessEntries: outcome.missingEntries.map(({ principalArn, username }) => ({
      action: 'create',
      principalArn,
      username,
    })),
    right: outcome.right,
    tried: outcome.tried.map(({ what, answer }) => ({ what, answer })),
  };
}
