/**
 * Writes the JSON Schemas of what the organisation's policy is told and may answer, for editors and other languages:
 * `node infra/publish-policy-schemas.ts && npx biome format --write docs`.
 */
import { writeFileSync } from 'node:fs';
import { policySchemas } from '#domain/policy/organisation.ts';

for (const [name, schema] of Object.entries(policySchemas()))
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), JSON.stringify(schema));
