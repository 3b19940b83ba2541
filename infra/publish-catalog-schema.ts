/**
 * Writes curfew.schema.json, by which editors check and complete curfew.yaml:
 * `node infra/publish-catalog-schema.ts && npx biome format --write curfew.schema.json`.
 */
import { writeFileSync } from 'node:fs';
import { catalogJsonSchema } from '#domain/catalog-file.ts';

const file = new URL('../curfew.schema.json', import.meta.url);
writeFileSync(file, JSON.stringify(catalogJsonSchema()));
