import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogSchema } from '#domain/catalog.ts';
import { catalogJsonSchema } from '#domain/catalog-file.ts';
import { escalationIds } from '#domain/escalation/known.ts';
import { loadCatalog } from '../../infra/catalog.ts';
import { withEscalations } from '../../infra/escalations-page.ts';
import { exampleCatalog } from './synthesized.ts';

const dir = mkdtempSync(join(tmpdir(), 'curfew-catalog-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = (text: string): string => {
  const path = join(dir, 'curfew.yaml');
  writeFileSync(path, text);
  return path;
};

describe('the example catalog', () => {
  const { catalog, json } = loadCatalog(exampleCatalog);

  it('holds what the guides speak of', () => {
    expect(Object.keys(catalog.clusters)).toEqual(['payments-prod']);
    expect(Object.keys(catalog.roles)).toEqual([
      'pod-reader',
      'viewer',
      'deployer',
      'debugger',
      'config-editor',
      'network-viewer',
    ]);
    expect(catalog.operators).toEqual(['pat@example.com']);
  });

  it('reaches the functions in the form that they parse to the same', () => {
    expect(catalogSchema.parse(JSON.parse(json))).toEqual(catalog);
  });

  it('is checked by editors with the schema beside it', () => {
    const [firstLine] = readFileSync(exampleCatalog, 'utf8').split('\n');
    expect(firstLine).toBe('# yaml-language-server: $schema=./curfew.schema.json');
    const published = readFileSync(new URL('../../curfew.schema.json', import.meta.url), 'utf8');
    // After a change of the catalog's form: node infra/publish-catalog-schema.ts
    expect(JSON.parse(published)).toEqual(catalogJsonSchema());
  });
});

describe('what roles can lead to', () => {
  it('is listed in full for the platform team', () => {
    const page = readFileSync(new URL('../../docs/escalations.md', import.meta.url), 'utf8');
    // After a change of the escalations: node infra/publish-escalations.ts
    expect(page).toBe(withEscalations(page));
    for (const id of escalationIds) expect(page).toContain(`| \`${id}\` |`);
  });
});

describe('a wrong catalog', () => {
  it('fails synthesis with all its faults, each by its line', () => {
    const wrong = readFileSync(exampleCatalog, 'utf8')
      .replace('clusters: [payments-prod]', 'clusters: [payments-dev]')
      .replace('maxDuration: 2h', 'maxDuration: soon')
      .replace(
        'apiGroups: [apps]\n        resources: [deployments',
        "apiGroups: ['*']\n        resources: [deployments",
      );
    expect(() => loadCatalog(file(wrong))).toThrow(
      /faults?:\n.*curfew\.yaml:\d+ roles\.deployer\.maxDuration: Write a duration/,
    );
    const references = readFileSync(exampleCatalog, 'utf8')
      .replace('clusters: [payments-prod]', 'clusters: [payments-dev]')
      .replace('from: [payments-leads] }', 'from: [nobody] }');
    const lineOf = (text: string) => references.split('\n').findIndex((line) => line.includes(text)) + 1;
    expect(() => loadCatalog(file(references))).toThrow(
      new RegExp(
        `2 faults:\\n.*curfew\\.yaml:${lineOf('payments-dev')} roles\\.pod-reader\\.clusters\\.0: No cluster "payments-dev".*\\n` +
          `.*curfew\\.yaml:${lineOf('[nobody]')} `,
      ),
    );
  });

  it('that is not there at all says how to name another', () => {
    expect(() => loadCatalog(join(dir, 'missing.yaml'))).toThrow(/missing\.yaml can't be read.*-c catalog=/);
  });
});
