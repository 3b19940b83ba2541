/** What a role lets one do in plain words, line by line and in short. It may say too much, never too little. */
import type { Power } from './escalation/escalation.ts';
import { judge } from './escalation/judge.ts';
import type { RbacRule } from './rbac.ts';
import { joined, namedInWords, verbsInWords } from './rule-words.ts';

const once = (list: readonly string[]) => [...new Set(list)];
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** One line per thing one may do: `Read pods and services (get, list)`. The verbs stay exact, in brackets. */
export function rulesInWords(rules: readonly RbacRule[]): string[] {
  return once(
    rules.flatMap((rule) => {
      const verbs = rule.verbs.join(', ');
      const { deeds, things, only } = namedInWords(rule);
      const lines = deeds.map(({ resource, says }) => `${capital(says)} (${resource}: ${verbs})${only}`);
      const doing = capital(verbsInWords(rule.verbs));
      return things.length > 0 ? [`${doing} ${joined(things)} (${verbs})${only}`, ...lines] : lines;
    }),
  );
}

/** `Can read pods and pod logs, in payments. It can't read secrets, run commands in pods or ...`. */
export function inShort(rules: readonly RbacRule[], namespaces: readonly string[] = []): string {
  const place = namespaces.length > 0 ? `, in ${joined(namespaces)}` : '';
  return [`Can ${canInShort(rules)}${place}.`, cannotInShort(rules)].filter((part) => part !== '').join(' ');
}

/** Of a role that isn't ours, where nobody has looked what it allows. */
export function foreignInShort(clusterRole: string): string {
  return `Can do what the ClusterRole "${clusterRole}" allows on the cluster: it is read and judged there when it is asked for, and again when it is given.`;
}

/** What is done in the same way is told together. */
function canInShort(rules: readonly RbacRule[]): string {
  const byDoing = new Map<string, string[]>();
  const deeds: string[] = [];
  for (const rule of rules) {
    const named = namedInWords(rule);
    deeds.push(...named.deeds.map(({ says }) => says + named.only));
    if (named.things.length === 0) continue;
    // Bracketed by its doing, since `only those named` holds for this rule alone.
    const doing = `${verbsInWords(rule.verbs)}\n${named.only}`;
    byDoing.set(doing, [...(byDoing.get(doing) ?? []), ...named.things]);
  }
  const parts = [...byDoing].map(([key, things]) => {
    const [doing, only] = key.split('\n');
    return `${doing} ${joined(once(things))}${only}`;
  });
  return [...parts, ...once(deeds)].join('; ');
}

const powerWords: Record<Power, string> = {
  secrets: 'read secrets',
  commands: 'run commands in pods',
  identities: 'act as somebody else',
  rights: 'change who may do what',
};

/** What none of the rules allows; said of what a role does at once, and weaker where it may get there by a detour. */
export function powersWithout(rules: readonly RbacRule[]): { powers: Power[]; leads: boolean } {
  const found = judge(rules, { scope: 'namespace' });
  const given = new Set(found.flatMap(({ gives }) => gives ?? []));
  const powers = Object.keys(powerWords).filter((power) => !given.has(power as Power)) as Power[];
  return { powers, leads: found.some(({ leadsNowhere }) => !leadsNowhere) };
}

function cannotInShort(rules: readonly RbacRule[]): string {
  const { powers, leads } = powersWithout(rules);
  if (powers.length === 0) return '';
  const list = joined(
    powers.map((power) => powerWords[power]),
    ', ',
    'or',
  );
  const onlyReads = rules.every(({ verbs }) =>
    verbs.every((verb) => ['get', 'list', 'watch'].includes(verb)),
  );
  if (onlyReads && !leads) return `It can't ${list}.`;
  return leads
    ? `By itself it can't ${list}, but what it may do can lead there.`
    : `By itself it can't ${list}.`;
}

/** What is deleted doesn't come back, though nobody gains by it. */
export function deletes(rules: readonly RbacRule[]): boolean {
  return rules.some(({ verbs }) => verbs.some((verb) => ['*', 'delete', 'deletecollection'].includes(verb)));
}
