/** `npm run test:mutants`: breaks each guard, one at a time, in a copy of the checkout, and tells which tests noticed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { spokenDuration } from '#local/progress.ts';
import { type Copy, copyOfCheckout, root } from './copy.ts';
import { type Verdict, verdict } from './killing.ts';
import { mutants } from './list.ts';
import { broken, type Killer, type Mutant } from './mutant.ts';

const usage = `npm run test:mutants -- [--only PART-OF-A-NAME]... [--list]`;
const lanes = 2;

/** Ctrl-C and the like: nothing new is begun, and what ends because of it is not told. */
const stopping = new AbortController();
const stopped = stopping.signal;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopping.abort());

/** Why those that can't be made can't be, in words. */
function staleOf(some: readonly Mutant[]): string[] {
  return some.flatMap(({ name, changes }) => {
    try {
      broken(changes, (file) => readFileSync(path.join(root, file), 'utf8'));
      return [];
    } catch (error) {
      return [`"${name}" is stale: ${error instanceof Error ? error.message : error}`];
    }
  });
}

/** The same tests once each, joined where that runs the same. */
function distinct(killers: readonly Killer[]): Killer[] {
  const seeds = killers.flatMap((killer) => ('seeds' in killer ? [killer.seeds] : []));
  const tests = killers.flatMap((killer) => ('seeds' in killer ? [] : [killer]));
  const whole = tests.filter(({ testNamePattern }) => testNamePattern === undefined);
  const parts = tests.filter(({ testNamePattern }) => testNamePattern !== undefined);
  return [
    ...[...Map.groupBy(whole, ({ project }) => project)].map(([project, those]) => ({
      project,
      files: [...new Set(those.flatMap(({ files }) => files))],
    })),
    ...[...Map.groupBy(parts, ({ project, files }) => `${project} ${files.join(' ')}`).values()].flatMap(
      ([first, ...others]) => {
        const patterns = [first, ...others].map((killer) => `(?:${killer?.testNamePattern})`);
        return first ? [{ ...first, testNamePattern: [...new Set(patterns)].join('|') }] : [];
      },
    ),
    ...(seeds.length === 0
      ? []
      : [
          {
            seeds: {
              from: Math.min(...seeds.map(({ from }) => from)),
              to: Math.max(...seeds.map(({ to }) => to)),
            },
          },
        ]),
  ];
}

/** A test that fails without any mutant would kill them all. */
async function failingAnyway(copies: readonly Copy[], some: readonly Mutant[]): Promise<string[]> {
  const failing: string[] = [];
  await inLanes(copies, distinct(some.map(({ killedBy }) => killedBy)), async (copy, killer) => {
    const seen = await verdict(copy.dir, killer);
    if (stopped.aborted) return;
    if (seen.killed) failing.push(`"${seen.by}" fails without any mutant. Mend it first.`);
    else if (!/^(all \d+ tests passed|histories .* broke no invariant)$/.test(seen.why))
      failing.push(`What should kill mutants does not run (${whatOf(killer)}): ${seen.why}`);
  });
  return failing;
}

const whatOf = (killer: Killer): string =>
  'seeds' in killer
    ? `histories ${killer.seeds.from} to ${killer.seeds.to}`
    : [...killer.files, killer.testNamePattern ?? ''].join(' ').trim();

/** Each on the next copy that is free. */
async function inLanes<T>(
  copies: readonly Copy[],
  all: readonly T[],
  work: (copy: Copy, one: T) => Promise<void>,
): Promise<void> {
  const rest = [...all];
  await Promise.all(
    copies.map(async (copy) => {
      for (let one = rest.shift(); one !== undefined && !stopped.aborted; one = rest.shift())
        await work(copy, one);
    }),
  );
}

function told({ name, changes }: Mutant, seen: Verdict, ms: number, count: string): string {
  const files = [...new Set(changes.map(({ file }) => file))].join(', ');
  const what = seen.killed ? `killed by: ${seen.by}` : `SURVIVED: ${seen.why}`;
  return `${seen.killed ? '✓' : '✗'} ${count} ${name}\n    ${files}\n    ${what} (${spokenDuration(ms)})`;
}

async function runAll(some: readonly Mutant[]): Promise<number> {
  const stale = staleOf(some);
  if (stale.length > 0) {
    console.error(`${stale.join('\n\n')}\n\n${stale.length} mutants are stale: nothing was run.`);
    return 1;
  }
  const began = performance.now();
  const copies: Copy[] = [];
  try {
    console.log(`${some.length} mutants, ${lanes} at a time, in copies of the checkout outside of it.`);
    for (let lane = 0; lane < Math.min(lanes, some.length); lane++) copies.push(await copyOfCheckout());
    console.log('First the tests without any mutant, since one that fails anyway would kill them all ...');
    const failing = await failingAnyway(copies, some);
    if (stopped.aborted) return 130;
    if (failing.length > 0) {
      console.error(failing.join('\n'));
      return 1;
    }
    console.log(`They pass: ${spokenDuration(performance.now() - began)}`);
    let done = 0;
    const survived: Mutant[] = [];
    await inLanes(copies, some, async (copy, mutant) => {
      const from = performance.now();
      const seen = await copy.with(mutant.changes, () => verdict(copy.dir, mutant.killedBy));
      if (stopped.aborted) return;
      if (!seen.killed) survived.push(mutant);
      done += 1;
      console.log(told(mutant, seen, performance.now() - from, `${done}/${some.length}`));
    });
    if (stopped.aborted) return 130;
    console.log(`All of it took ${spokenDuration(performance.now() - began)}.`);
    for (const { name, guards } of survived)
      console.log(`SURVIVED: ${name}. Nothing noticed the loss of this guard: ${guards}.`);
    console.log(
      `${some.length} mutants: ${some.length - survived.length} killed, ${survived.length} survived`,
    );
    return survived.length === 0 ? 0 : 1;
  } finally {
    for (const copy of copies) await copy.remove();
  }
}

function asked(): { only: string[]; list: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [''] },
        list: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}

const { only, list } = asked();
const some = mutants.filter(({ name }) =>
  only.some((part) => name.toLowerCase().includes(part.toLowerCase())),
);
if (some.length === 0) {
  console.error(
    `No mutant has "${only.join('" or "')}" in its name. \`npm run test:mutants -- --list\` shows them all.`,
  );
  process.exitCode = 2;
} else if (list) {
  for (const { name, guards } of some) console.log(`${name}\n    guards ${guards}`);
  console.log(`${some.length} mutants`);
} else process.exitCode = await runAll(some);
