/** What is out of the usual in the use of a grant: explainable rules with the catalog's thresholds. */
import type { UsageRule, UsageSettings } from '../catalog-usage.ts';
import { after, type Instant } from '../instant.ts';
import { networkOf } from '../network.ts';
import { type Act, worked } from './act.ts';
import { placeOf } from './residual.ts';
import { resourceOf } from './summary.ts';
import { actsHeard, type Usage } from './usage.ts';

export interface Flag {
  rule: UsageRule;
  /** When what it is about was done. */
  at: Instant;
  auditId: string;
  why: string;
}

type Rules = UsageSettings['rules'];

/** What the rules look at besides. */
export interface Circumstances {
  /** As the grant names who has it. */
  subject: { kind: 'User' | 'Group'; name: string };
  /** When it was over; absent while it is not. */
  endedAt?: Instant;
}

/** API servers may still answer what they were asked before, and their view of RBAC lags by moments. */
const slackMs = 2_000;

const flag = (rule: UsageRule, { id, receivedAt }: Act, why: string): Flag => ({
  rule,
  at: receivedAt,
  auditId: id,
  why,
});

const judges: {
  [R in UsageRule]: (
    acts: readonly Act[],
    rule: Rules[R],
    of: Circumstances,
    usage: Usage,
  ) => Flag | undefined;
} = {
  'use-after-end': (acts, _, { endedAt }) => {
    if (endedAt === undefined) return undefined;
    const late = acts.find(
      (act) => worked(act) && act.how === 'authorizer' && after(endedAt, slackMs) < act.receivedAt,
    );
    return (
      late &&
      flag(
        'use-after-end',
        late,
        `${late.verb} ${placeOf(late)} was allowed by it, and it ended at ${endedAt}`,
      )
    );
  },
  stranger: (acts, _, { subject }) => {
    if (subject.kind !== 'User') return undefined;
    const other = acts.find(
      (act) => act.how === 'authorizer' && act.username !== subject.name && act.as === undefined,
    );
    return other && flag('stranger', other, `${other.username} used it: ${other.verb} ${placeOf(other)}`);
  },
  refusals: (acts, { above, within }) => {
    const refused = acts.filter(({ allowed }) => !allowed);
    const over = refused.find((act, i) => {
      const first = refused[i - above];
      return first !== undefined && act.receivedAt <= after(first.receivedAt, within * 1000);
    });
    return (
      over &&
      flag(
        'refusals',
        over,
        `more than ${above} were refused within ${within} s, such as ${over.verb} ${placeOf(over)}`,
      )
    );
  },
  dangerous: (acts, { resources }) => {
    const found = acts.find((act) => worked(act) && resources.includes(resourceOf(act.object)));
    return found && flag('dangerous', found, `${found.verb} ${placeOf(found)}`);
  },
  'new-address': (acts) => {
    const [first, second] = [...new Map(inNetworks(acts).toReversed()).entries()].toReversed();
    return first && second && flag('new-address', second[1], `used from ${second[0]}, after ${first[0]}`);
  },
  'two-places': (acts, { within }) => {
    const steps = inNetworks(acts).filter(([network], i, all) => network !== all[i - 1]?.[0]);
    const back = steps.find(([network, act], i) => {
      const [before, left] = [steps[i - 1], steps[i - 2]];
      return before && left?.[0] === network && act.receivedAt <= after(left[1].receivedAt, within * 1000);
    });
    const other = back && steps[steps.indexOf(back) - 1]?.[0];
    return (
      back && flag('two-places', back[1], `used from ${back[0]} and ${other} in turns within ${within} s`)
    );
  },
  volume: (acts, { above }, _, usage) => {
    const last = acts.at(-1);
    const { count, about } = actsHeard(usage);
    return last && count > above
      ? flag('volume', last, `${about ? 'about ' : ''}${count} requests; the limit is ${above}`)
      : undefined;
  },
};

function inNetworks(acts: readonly Act[]): [network: string, act: Act][] {
  return acts.flatMap((act) => {
    const network = act.address === undefined ? undefined : networkOf(act.address);
    return network === undefined ? [] : [[network, act]];
  });
}

/** Each rule at most once, without those that are ignored. */
export function flagsOf(usage: Usage, rules: Rules, of: Circumstances): Flag[] {
  const acts = usage.acts.toSorted((a, b) =>
    `${a.receivedAt} ${a.id}` < `${b.receivedAt} ${b.id}` ? -1 : 1,
  );
  const judged = <R extends UsageRule>(rule: R): Flag[] => {
    if (rules[rule].action === 'ignore') return [];
    const found = judges[rule](acts, rules[rule], of, usage);
    return found ? [found] : [];
  };
  return (Object.keys(judges) as UsageRule[]).flatMap((rule) => judged(rule));
}
