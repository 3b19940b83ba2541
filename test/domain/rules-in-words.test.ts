/** What a role lets one do, in words: exact in its lines, and never too little in short. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownEscalations } from '#domain/escalation/known.ts';
import { allows } from '#domain/rbac.ts';
import { namedInWords } from '#domain/rule-words.ts';
import { inShort, powersWithout, rulesInWords } from '#domain/rules-in-words.ts';
import { rule } from './escalation/cases.ts';
import { callsOf, roleByChance } from './escalation/generated.ts';

describe('rules in words', () => {
  it.each([
    ['get,list,watch pods,services', ['Read pods and services (get, list, watch)']],
    ['get,patch apps:deployments', ['Read and change deployments (get, patch)']],
    ['update apps:deployments/scale', ['Change the scale of deployments (update)']],
    ['create pods/exec', ['Run commands inside running pods (pods/exec: create)']],
    [
      'get,create pods,pods/portforward',
      [
        'Read and create pods (get, create)',
        'Open network connections into pods (pods/portforward: get, create)',
      ],
    ],
    ['delete configmaps =flags,banner', ['Delete config maps (delete), only those named flags and banner']],
    ['frobnicate widgets', ['Frobnicate widgets (frobnicate)']],
    ['valueOf constructor,toString', ['ValueOf constructor and toString (valueOf)']],
    ['get ,apps:pods,deployments', ['Read pods and deployments (get)']],
    ['get ,example.com:secrets', ['Read secrets and secrets of example.com (get)']],
    ['get deployments', ['Read deployments of the core API (get)']],
    ['create example.com:pods/exec', ['Create the exec of pods of example.com (create)']],
    ['get,* *:*', ['Do anything with everything of every API group (get, *)']],
    ['update *:*/scale', ['Change the scale of everything of every API group (update)']],
  ])('%s', (given, lines) => {
    expect(rulesInWords([rule(given)])).toEqual(lines);
  });
});

describe('a role in short', () => {
  it.each([
    [
      ['get,list pods,pods/log', 'list services'],
      ['payments', 'checkout'],
      "Can read pods, pod logs and services, in payments and checkout. It can't read secrets, run commands in pods, act as somebody else or change who may do what.",
    ],
    [
      ['get pods/log', 'get,patch apps:deployments'],
      ['payments'],
      "Can read pod logs; read and change deployments, in payments. By itself it can't read secrets, run commands in pods, act as somebody else or change who may do what, but what it may do can lead there.",
    ],
    [
      ['get secrets =db', 'create pods/exec'],
      [],
      "Can read secrets, only those named db; run commands inside running pods. By itself it can't act as somebody else or change who may do what, but what it may do can lead there.",
    ],
    [
      ['delete pods'],
      [],
      "Can delete pods. By itself it can't read secrets, run commands in pods, act as somebody else or change who may do what.",
    ],
    [['* *:*'], [], 'Can do anything with everything of every API group.'],
  ])('%j', (rules, namespaces, words) => {
    expect(inShort(rules.map(rule), namespaces)).toBe(words);
  });
});

describe('generated roles', () => {
  it('are never said to be without a power that one of their rules gives', () => {
    fc.assert(
      fc.property(roleByChance, (rules) => {
        const { powers } = powersWithout(rules);
        for (const escalation of knownEscalations) {
          if (!escalation.gives || !powers.includes(escalation.gives)) continue;
          for (const each of escalation.calls.filter(({ clusterOnly }) => !clusterOnly)) {
            const calls = callsOf({ ...escalation, calls: [each] }, rules);
            expect(calls.find((call) => allows(rules, call))).toBeUndefined();
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('are told with every verb and resource of every rule', () => {
    fc.assert(
      fc.property(roleByChance, (rules) => {
        const lines = rulesInWords(rules);
        const short = inShort(rules);
        for (const one of rules) {
          expect(lines).toEqual(expect.arrayContaining(rulesInWords([one])));
          for (const resource of one.resources) {
            const { deeds, things } = namedInWords({ ...one, resources: [resource] });
            const words = [...deeds.map(({ says }) => says), ...things];
            expect(words.length, resource).toBeGreaterThan(0);
            for (const each of words) {
              expect(short).toContain(each);
              const line = lines.find((text) => text.toLowerCase().includes(each.toLowerCase()));
              expect(line, each).toContain('(');
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
