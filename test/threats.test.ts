/** Each known threat of what is built is named by a test that shows its guard: N01, N02 and so on, as the threat list counts them. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Approvals, lifecycle, identity and input, the cluster. What a later part of Curfew brings comes with that part. */
const guarded = [...span(1, 7), ...span(8, 14), 18, ...span(41, 48), ...span(50, 57), 58, 59, 61];

const testFiles = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /[.]test[.]ts$/.test(name),
);
const texts = testFiles.map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('\n');

it.each(guarded.map((n) => `N${String(n).padStart(2, '0')}`))('%s is named by a test', (id) => {
  expect(texts).toMatch(new RegExp(`\\b${id}\\b`));
});
