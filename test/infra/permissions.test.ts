import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ofType, readable, type Synthesized, synthesized } from './synthesized.ts';

/**
 * What each role may do is this file and not a line more. After a wanted change, look at the difference that the test
 * prints, and write it here.
 */
const minimum: Record<string, string[]> = JSON.parse(
  readFileSync(new URL('permissions.json', import.meta.url), 'utf8'),
);

const made = synthesized();

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

function statementsOf({ Properties }: { Properties: Record<string, unknown> }): Statement[] {
  return (Properties.PolicyDocument as { Statement: Statement[] }).Statement;
}

/** `OpenGrant` -> lines such as `eks:DescribeCluster on arn:... if {...}`. */
function permissions(of: Synthesized): Record<string, string[]> {
  const byRole: Record<string, string[]> = {};
  for (const [, policy] of ofType(of, 'AWS::IAM::Policy')) {
    const [role] = policy.Properties.Roles as { Ref: string }[];
    const description: string = of.resources[role?.Ref ?? '']?.Properties.Description ?? '';
    const name = /^Curfew: what (.+) may do$/.exec(description)?.[1] ?? `unnamed role ${role?.Ref}`;
    const lines = statementsOf(policy).flatMap((statement) =>
      listOf(statement.Action).flatMap((action) =>
        listOf(statement.Resource).map((resource) => {
          const condition = statement.Condition ? ` if ${JSON.stringify(readable(statement.Condition))}` : '';
          return `${statement.Effect} ${action} on ${readable(resource)}${condition}`;
        }),
      ),
    );
    byRole[name] = [...(byRole[name] ?? []), ...lines].sort();
  }
  return Object.fromEntries(Object.entries(byRole).sort(([a], [b]) => a.localeCompare(b)));
}

describe('what each role may do in the account', () => {
  const found = permissions(made);

  it('is exactly the checked-in minimum', () => {
    expect(found).toEqual(minimum);
  });

  it.each(['BindRole', 'UnbindRole'])('lets %s write its own log and nothing else', (name) => {
    expect(found[name]).toEqual([
      `Allow logs:CreateLogStream on <${name}Log.Arn>:*`,
      `Allow logs:PutLogEvents on <${name}Log.Arn>:*`,
    ]);
  });

  it('gives no role a managed policy of AWS, besides the one that API Gateway itself asks for', () => {
    const managed = ofType(made, 'AWS::IAM::Role').flatMap(([id, role]) =>
      (role.Properties.ManagedPolicyArns ?? []).map((arn: unknown) => `${id.slice(0, 14)} ${readable(arn)}`),
    );
    expect(managed).toEqual([
      'RequestApiRest arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
    ]);
  });

  it('lets nobody associate access policies, update entries, untag them, or start cluster administration', () => {
    const all = Object.values(found).flat().join('\n');
    expect(all).not.toMatch(/eks:(\*|Associate|Disassociate|Update|Untag|List)|iam:PassRole|sts:|\*:\*/);
  });

  it('creates entries only of our own form: standard, our username, our group, our tags, none of them left out', () => {
    const creates = Object.entries(found).flatMap(([role, lines]) =>
      lines.filter((line) => line.includes('eks:CreateAccessEntry')).map((line) => [role, line] as const),
    );
    expect(creates.map(([role]) => role)).toEqual(['OpenGrant']);
    for (const [, line] of creates) {
      expect(JSON.parse(line.slice(line.indexOf(' if ') + 4))).toEqual({
        StringEquals: {
          'eks:accessEntryType': 'STANDARD',
          'aws:RequestTag/curfew:managed-by': 'curfew',
          'aws:RequestTag/curfew:deployment': 'curfew',
        },
        StringLike: { 'eks:username': 'curfew:*' },
        'ForAllValues:StringLike': { 'eks:kubernetesGroups': 'curfew:principal:*' },
        Null: { 'eks:kubernetesGroups': 'false', 'eks:username': 'false' },
      });
    }
  });

  it('deletes entries only by the tags of this deployment', () => {
    const deletes = Object.values(found)
      .flat()
      .filter((line) => line.includes('eks:DeleteAccessEntry'));
    expect(deletes.length).toBeGreaterThan(0);
    for (const line of deletes) {
      expect(line).toContain('"aws:ResourceTag/curfew:deployment":"curfew"');
      expect(line).toContain('"aws:ResourceTag/curfew:managed-by":"curfew"');
    }
  });

  it('reads and grants on the clusters of the catalog only', () => {
    const clusters = Object.values(found)
      .flat()
      .filter((line) => line.includes(':eks:'))
      .map((line) => /:(cluster|access-entry)\/([^/\s]+)/.exec(line)?.[2]);
    expect(new Set(clusters)).toEqual(new Set(['payments-prod']));
  });
});
