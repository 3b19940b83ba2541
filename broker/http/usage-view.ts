/** UsageSummary: the wire form of what was touched with a grant, as the cluster's audit log tells it. */
import * as z from 'zod';

const instant = z.iso.datetime();
const told = z.object({ at: instant, auditId: z.string() });
const some = z.object({ items: z.array(z.string()), more: z.int().describe('Beyond those listed.') });

export const usageView = z
  .object({
    requests: z.int().describe('To the API server.'),
    about: z
      .boolean()
      .describe('More than are kept: `requests` is an estimate, the rest tells of the weightiest.'),
    first: told.optional(),
    last: told.optional(),
    touched: z.array(
      z.object({
        resource: z.string().describe('Such as `pods/exec`, `deployments.apps`.'),
        namespace: z.string().optional(),
        verbs: z.array(z.string()),
        names: z.array(z.string()).describe('A list or watch names none.'),
        moreNames: z.int(),
        done: z.int(),
        refused: z.int(),
      }),
    ),
    moreTouched: z.int(),
    refused: z.int(),
    byTime: z.int().describe('Known by person and time only.'),
    uncertain: z.int().describe('May be of another grant that the person had then.'),
    standing: some.describe('What else than Curfew allowed some of it.'),
    addresses: some,
    agents: some,
    commands: some.describe('First command of each exec.'),
    removal: z.object({
      confirmed: z
        .enum(['yes', 'no', 'not due'])
        .describe("The API server's own word that the RoleBindings are deleted."),
      words: z.array(
        z.object({
          auditId: z.string(),
          at: instant,
          verb: z.string(),
          kind: z.enum(['rolebindings', 'roles']),
          namespace: z.string(),
          by: z.string(),
        }),
      ),
    }),
    residual: z.array(
      z.object({
        auditId: z.string(),
        at: instant,
        kind: z.string(),
        severity: z.enum(['high', 'medium', 'low']),
        what: z.string(),
      }),
    ),
    moreResidual: z.int(),
  })
  .meta({ id: 'Usage' });
export type UsageView = z.output<typeof usageView>;
