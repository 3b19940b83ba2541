/** Guards of break-glass: for whom it is, what it never sets aside, and that somebody else looks back at it. */
import { histories, type Mutant, unit } from './mutant.ts';

const guardrail = 'broker/domain/policy/guardrails/break-glass.ts';
const transition = 'broker/domain/transitions/after-review.ts';
const sweep = 'broker/operations/sweep-grants.ts';

const rules = unit('domain/policy/break-glass');
const answers = unit('domain/after-review');
const stories = unit('operations/break-glass');

export const breakGlassMutants: readonly Mutant[] = [
  {
    name: 'every request is taken for an emergency',
    guards: 'nobody in without a yes, or a rule that is named (N60)',
    changes: [
      { file: guardrail, from: 'if (!asked.breakGlass || !role) return [];', to: 'if (!role) return [];' },
    ],
    killedBy: histories(50),
  },
  {
    name: 'break-glass sets aside whatever any rule says',
    guards: 'rules only tighten (N12)',
    changes: [
      {
        file: 'broker/domain/policy/waive.ts',
        from: 'left: findings.filter(({ waivable }) => !waivable),',
        to: 'left: findings.filter(({ waives }) => waives),',
      },
    ],
    killedBy: rules,
  },
  {
    name: 'what is waivable is set aside although nobody waives',
    guards: 'rules only tighten (N12)',
    changes: [
      {
        file: 'broker/domain/policy/waive.ts',
        from: 'if (!findings.some(({ waives }) => waives)) return',
        to: 'if (findings.length === 0) return',
      },
    ],
    killedBy: unit('domain/policy/combine'),
  },
  {
    name: "break-glass sets aside the reviews that the organisation's policy asks for",
    guards: 'both must allow (N05)',
    changes: [
      {
        file: 'broker/domain/policy/verdict-findings.ts',
        from: '[{ reviews }]',
        to: '[{ reviews, waivable: true as const }]',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'CI jobs and agents use break-glass',
    guards: 'break-glass is for people',
    changes: [{ file: guardrail, from: 'requester.person === undefined', to: "requester.person === ''" }],
    killedBy: rules,
  },
  {
    name: 'break-glass needs no reason that says something',
    guards: 'break-glass takes a reason',
    changes: [
      { file: guardrail, from: 'asked.reason.trim().length < shortestReason', to: 'asked.reason.length < 0' },
    ],
    killedBy: rules,
  },
  {
    name: 'break-glass lasts as long as what was reviewed',
    guards: 'caps of duration (N26)',
    changes: [{ file: guardrail, from: 'capSeconds: maxDuration', to: 'capSeconds: 10 * maxDuration' }],
    killedBy: rules,
  },
  {
    name: 'break-glass is used where nobody else can look back at it',
    guards: 'nobody looks back at their own',
    changes: [
      { file: guardrail, from: '    ...unreviewable(question, role.breakGlass.afterReview.from),\n', to: '' },
    ],
    killedBy: rules,
  },
  {
    name: 'an overdue after-review blocks nothing',
    guards: 'no break-glass while an after-review is overdue',
    changes: [{ file: guardrail, from: '    ...overdue(question),\n', to: '' }],
    killedBy: histories(300),
  },
  {
    name: 'a hundred requests hide an overdue after-review',
    guards: 'no break-glass while an after-review is overdue',
    changes: [
      {
        file: 'broker/operations/read-circumstances.ts',
        from: 'if (!judged.asked.breakGlass) return others;',
        to: 'if (judged.asked.breakGlass) return others;',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'an extension goes on without reviews, as the break-glass did',
    guards: 'nobody in without a yes (N60)',
    changes: [
      {
        file: 'broker/operations/extend-grant.ts',
        from: 'const { startsAt: _, breakGlass: __, ...rest } = asked;',
        to: 'const { startsAt: _, ...rest } = asked;',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'a role that reaches secrets allows break-glass',
    guards: 'the boundary of secrets',
    changes: [
      {
        file: 'broker/domain/role-definition.ts',
        from: 'if (!role.breakGlass || !reachesSecrets(role)) return [];',
        to: 'if (role) return [];',
      },
    ],
    killedBy: unit('domain/catalog-break-glass'),
  },
  {
    name: 'people look back at their own break-glass',
    guards: 'nobody answers for themselves (N02, N03)',
    changes: [
      {
        file: transition,
        from: 'if (own.some((name) => mayBeSame(name, person)))',
        to: "if (person === '')",
      },
      {
        file: transition,
        from: 'if (afterReview && !afterReviewersOf(catalog, before, at).includes(person))',
        to: "if (person === '')",
      },
    ],
    killedBy: histories(400),
  },
  {
    name: 'only the lists keep people from looking back at their own break-glass',
    guards: 'nobody answers for themselves (N02, N03)',
    changes: [
      {
        file: transition,
        from: 'if (own.some((name) => mayBeSame(name, person)))',
        to: "if (person === '')",
      },
    ],
    killedBy: answers,
  },
  {
    name: 'anybody looks back at a use of break-glass',
    guards: 'eligible people only (N04, N06)',
    changes: [
      {
        file: transition,
        from: 'if (afterReview && !afterReviewersOf(catalog, before, at).includes(person))',
        to: "if (person === '')",
      },
    ],
    killedBy: answers,
  },
  {
    name: 'operators answer after-reviews that are not overdue',
    guards: 'eligible people only (N04, N06)',
    changes: [
      {
        file: 'broker/domain/break-glass.ts',
        from: 'if (now < afterReview.answerBy) return owners;',
        to: '',
      },
    ],
    killedBy: answers,
  },
  {
    name: 'a use of break-glass is looked back at while it goes on',
    guards: 'an after-review is of what is over',
    changes: [{ file: transition, from: 'if (!isFinal(status))\n', to: 'if (!status)\n' }],
    killedBy: answers,
  },
  {
    name: 'an after-review is answered twice',
    guards: 'terminal states (N10)',
    changes: [{ file: transition, from: 'if (afterReview.answer)\n', to: 'if (!afterReview.from)\n' }],
    killedBy: answers,
  },
  {
    name: 'an after-review is taken of something else than was shown',
    guards: 'reviews of exactly what was shown (N07)',
    changes: [{ file: transition, from: 'answer.digest !== before.digest', to: "answer.digest === ''" }],
    killedBy: answers,
  },
  {
    name: 'an open after-review is forgotten once the grant is over',
    guards: 'an after-review stays open until it is answered',
    changes: [
      {
        file: 'broker/domain/lifecycle.ts',
        from: 'isFinal(request.status) ? reminderDueAt(request) : undefined',
        to: 'mayStand(request.status) ? reminderDueAt(request) : undefined',
      },
    ],
    killedBy: histories(200),
  },
  {
    name: 'the sweep ends a grant for which only a mail is due',
    guards: 'not early, not late',
    changes: [
      {
        file: sweep,
        from: 'return due !== undefined && due <= now;',
        to: 'return due !== undefined;',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'a notice of break-glass that could not be sent is never sent',
    guards: 'break-glass is told loudly',
    changes: [
      { file: sweep, from: 'if (due !== undefined && due <= world.clock.now())', to: 'if (!request.id)' },
    ],
    killedBy: histories(300),
  },
  {
    name: 'nobody is called when an after-review is overdue',
    guards: 'overdue after-reviews are heard of',
    changes: [
      {
        file: 'broker/operations/remind-after-review.ts',
        from: "if (late) world.metrics.count('AfterReviewOverdue', 1);",
        to: '',
      },
    ],
    killedBy: stories,
  },
  {
    name: 'any word is a yes to break-glass',
    guards: 'break-glass is meant',
    changes: [
      { file: 'cli/break-glass.ts', from: 'if (written.toLowerCase() !== word)', to: "if (written === '')" },
    ],
    killedBy: unit('cli/break-glass'),
  },
];
