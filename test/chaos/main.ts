/** `npm run test:chaos [-- FAULT]`: every state under every fault, or under those whose name holds a word; ends with the table of all. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '#local/processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [only = ''] = process.argv.slice(2);
const { code } = await run({
  command: join(root, 'node_modules', '.bin', 'vitest'),
  args: ['run', '--project', 'chaos'],
  cwd: root,
  env: { ...process.env, CURFEW_CHAOS: 'all', CURFEW_CHAOS_ONLY: only },
  onLine: (line) => console.log(line),
});
process.exitCode = code ?? 1;
