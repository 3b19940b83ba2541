/** Writes the table of docs/escalations.md, which lists what roles can lead to: `node infra/publish-escalations.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withEscalations } from './escalations-page.ts';

const file = new URL('../docs/escalations.md', import.meta.url);
writeFileSync(file, withEscalations(readFileSync(file, 'utf8')));
