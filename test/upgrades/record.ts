/** Records what the checked-out release leaves behind: `node test/upgrades/record.ts`, once, when it is released. */
import { readFileSync, writeFileSync } from 'node:fs';
import { recordRelease } from './recording.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const file = new URL(`./releases/${version}.json`, import.meta.url);
writeFileSync(file, `${JSON.stringify(await recordRelease(version), null, 2)}\n`, { flag: 'wx' });
console.log(`Recorded release ${version}: commit ${file.pathname.split('/').slice(-3).join('/')}.`);
