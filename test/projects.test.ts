import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import config from '../vitest.config.ts';
import { projects } from './projects.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const globbed = (patterns: string[], exclude: string[]) => globSync(patterns, { cwd: root, exclude });

interface Configured {
  test: { name: string; include: string[]; exclude: string[] };
}
const configured = ((config.test?.projects ?? []) as Configured[]).map(({ test }) => test);

describe('the tests', () => {
  const filesOf = configured.map(({ name, include, exclude }) => ({
    name,
    files: new Set(globbed(include, exclude)),
  }));
  const projectsOf = (file: string) => filesOf.filter(({ files }) => files.has(file)).map(({ name }) => name);
  const everyTest = globbed(['**/*.{test,spec}.*'], ['node_modules', 'dist']);

  it('belong to exactly one project each, wherever they lie', () => {
    expect(everyTest.length).toBeGreaterThan(50);
    const astray = everyTest.map((file) => [file, projectsOf(file)] as const);
    expect(astray.filter(([, names]) => names.length !== 1)).toEqual([]);
  });

  it('are all run by `npm test`, which goes through the projects by name', () => {
    expect(configured.map(({ name }) => name)).toEqual(Object.keys(projects));
  });
});
