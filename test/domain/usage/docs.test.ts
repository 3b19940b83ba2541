/** docs/usage.md says what the code does: every rule with its action, and every level. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { usageRules, usageSchema } from '#domain/catalog-usage.ts';
import { usageLevels } from '#domain/usage/concern.ts';

const text = readFileSync(new URL('../../../docs/usage.md', import.meta.url), 'utf8');

it('lists every rule with the action that it has unless told', () => {
  const { rules } = usageSchema.parse({});
  const listed = [...text.matchAll(/^\| `([\w-]+)` \| `(\w+)` \|/gm)].map(([, rule, action]) => [
    rule,
    action,
  ]);
  expect(listed).toEqual(usageRules.map((rule) => [rule, rules[rule].action]));
});

it('lists every level', () => {
  const listed = [...text.matchAll(/^\| `(\w+)` \| [^`]/gm)].map(([, level]) => level);
  expect(listed).toEqual([...usageLevels]);
});
