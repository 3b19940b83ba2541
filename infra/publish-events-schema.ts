/**
 * Writes the JSON Schema of what is told on the event bus and to receivers:
 * `node infra/publish-events-schema.ts && npx biome format --write docs`.
 */
import { writeFileSync } from 'node:fs';
import { announcementJsonSchema } from '#domain/announcement.ts';

writeFileSync(
  new URL('../docs/events.schema.json', import.meta.url),
  JSON.stringify(announcementJsonSchema()),
);
