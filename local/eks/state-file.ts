/** Access entries in a file, so that they come and go with a kept local cloud. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { AccessEntry } from './access-entries.ts';

const stateForm = z.object({
  entries: z.array(
    z.object({
      clusterName: z.string(),
      principalArn: z.string(),
      principalId: z.string(),
      accessEntryArn: z.string(),
      kubernetesGroups: z.array(z.string()),
      username: z.string(),
      type: z.literal('STANDARD'),
      tags: z.record(z.string(), z.string()),
      createdAt: z.number(),
      modifiedAt: z.number(),
      policies: z.array(
        z.object({
          policyArn: z.string(),
          accessScope: z.object({
            type: z.enum(['cluster', 'namespace']),
            namespaces: z.array(z.string()),
          }),
          associatedAt: z.number(),
          modifiedAt: z.number(),
        }),
      ),
    }),
  ),
});

/** The entries kept in `file`, or none while there is no such file. Throws when it isn't ours. */
export function readState(file: string | undefined): AccessEntry[] {
  if (!file || !existsSync(file)) return [];
  const parsed = stateForm.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data.entries;
  throw new Error(
    `${file} is not a state file of the EKS stand-in: ${z.prettifyError(parsed.error)}. Delete it to start empty.`,
  );
}

/** Written beside and renamed: a reader, or a crash, never meets half of it. */
export function writeState(file: string | undefined, entries: AccessEntry[]): void {
  if (!file) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ entries }, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}
