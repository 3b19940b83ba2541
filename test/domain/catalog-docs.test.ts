/** docs/catalog.md says what the code does: every rule and every factor of risk, with its points. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { duties } from '#domain/catalog-rules.ts';
import { forbiddenCalls } from '#domain/forbidden-calls.ts';
import { factorNames } from '#domain/policy/decision.ts';
import { usualPoints } from '#domain/policy/risk.ts';

const text = readFileSync(new URL('../../docs/catalog.md', import.meta.url), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('| `'));

it('lists every factor of risk with its points', () => {
  const listed = rows.flatMap((row) => /^\| `([\w-]+)` \| (\d+) \|/.exec(row)?.slice(1) ?? []);
  expect(listed).toEqual(factorNames.flatMap((name) => [name, String(usualPoints[name])]));
});

it('says what each call is that an environment can forbid', () => {
  const listed = text.split('\n').flatMap((line) => /^ {2}\| `([\w-]+)` \|/.exec(line)?.slice(1) ?? []);
  expect(listed).toEqual([...forbiddenCalls]);
});

it('names every duty', () => {
  for (const duty of duties) expect(text).toContain(`\`${duty}\``);
});
