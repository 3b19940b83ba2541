/** A mutant: one guard of the code broken on purpose, and what has to notice. */

/** A text of one file, and what it is replaced by. */
export interface Change {
  /** Relative to the root of the project. */
  file: string;
  /** Occurs exactly once in the file. */
  from: string;
  to: string;
}

/** What has to notice: tests of one of the projects of ../projects.ts, or the simulator's histories of these seeds. */
export type Killer =
  | {
      project: 'unit' | 'simulation' | 'local';
      files: readonly string[];
      /** Regular expression over the names of tests, as vitest takes it. */
      testNamePattern?: string;
    }
  | { seeds: { from: number; to: number } };

export interface Mutant {
  /** What the code does wrong then, in plain words; no two are called alike. */
  name: string;
  /** What is protected by the guard, with its number in the list of threats where it has one. */
  guards: string;
  /** Several where one layer of a guard hides the loss of another. */
  changes: readonly Change[];
  killedBy: Killer;
}

export const unit = (...files: string[]): Killer => ({
  project: 'unit',
  files: files.map((file) => `test/${file}.test.ts`),
});

/** Contract tests of a memory twin, or of what it stands for. */
export const contract = (file: string, testNamePattern?: string): Killer => ({
  project: 'local',
  files: [`test/contracts/${file}.test.ts`],
  ...(testNamePattern === undefined ? {} : { testNamePattern }),
});

export const histories = (to: number): Killer => ({ seeds: { from: 1, to } });

/** The texts of all files that a mutant changes, by file. Throws where one of its changes can't be made, and says how to mend it. */
export function broken(changes: readonly Change[], read: (file: string) => string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const change of changes)
    texts.set(change.file, changed(texts.get(change.file) ?? read(change.file), change));
  return texts;
}

function changed(text: string, { file, from, to }: Change): string {
  const times = text.split(from).length - 1;
  if (times === 1) return text.replace(from, () => to);
  throw new Error(
    `${file} holds ${times === 0 ? 'no longer' : `${times} times`}:\n${from}\n` +
      'Look how the guard is written now, and give `from` its text, with as much around it as makes it unique.',
  );
}
