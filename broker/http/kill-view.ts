/** KillView: the wire form of a kill order, with what its passes have come to. */
import * as z from 'zod';
import { killStatuses } from '#domain/audit-event.ts';
import { type KillOrder, killStatus } from '#domain/kill-order.ts';

const instant = z.iso.datetime().describe('UTC, ISO 8601 with milliseconds.');

const scopeView = z.object({
  kind: z.enum(['person', 'principal', 'cluster', 'everything']),
  value: z
    .string()
    .optional()
    .describe('Person, ARN of the role, or <region>/<name in EKS> of the cluster; none for everything.'),
});

const passView = z.object({
  begunAt: instant,
  endedAt: instant.optional().describe('Absent while it runs.'),
  denied: z.int().describe('Approved and scheduled requests that were denied.'),
  clusters: z.array(
    z.object({
      cluster: z.string(),
      found: z.int().describe('Live grants, and RoleBindings without one.'),
      ended: z.int().describe('Of those, proven gone.'),
      orphans: z.array(z.string()).optional().describe('RoleBindings without a live record, some of them.'),
      problem: z.string().optional().describe('Why something may stand yet.'),
    }),
  ),
  problem: z.string().optional().describe('What could not be read.'),
});

export const killView = z
  .object({
    id: z.string().describe('ULID.'),
    status: z
      .enum(killStatuses)
      .describe('`killing`: ending what is live. `killed`: proven ended, and still on. `lifted`: off.'),
    scope: scopeView,
    by: z.string(),
    reason: z.string(),
    at: instant,
    updatedAt: instant,
    passes: z.array(passView).describe('The latest ones, in the order in which they began.'),
    passed: z.int().describe('How many passes have ended.'),
    ended: z.int().describe('Grants that were ended, and requests that were denied, by all passes.'),
    drivenSince: instant.optional(),
    doneAt: instant.optional().describe('When two passes in a row had proven that nothing is live.'),
    lifted: z.object({ at: instant, by: z.string(), reason: z.string() }).optional(),
  })
  .meta({ id: 'Kill' });
export type KillView = z.output<typeof killView>;

export const killPage = z
  .object({
    items: z.array(killView),
    cursor: z.string().optional().describe('Give it back as `cursor` for the next page; absent on the last.'),
  })
  .meta({ id: 'KillPage' });
export type KillPage = z.output<typeof killPage>;

export function killViewOf(order: KillOrder): KillView {
  return killView.parse({ ...order, status: killStatus(order) });
}
