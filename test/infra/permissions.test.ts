import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleCatalog, ofType, out, readable, type Synthesized, synthesized } from './synthesized.ts';

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

  it.each(['BindRole', 'DefineRole', 'SurveyCluster', 'UnbindRole'])(
    'lets %s write its own log and nothing else',
    (name) => {
      expect(found[name]).toEqual([
        `Allow logs:CreateLogStream on <${name}Log.Arn>:*`,
        `Allow logs:PutLogEvents on <${name}Log.Arn>:*`,
      ]);
    },
  );

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
    expect(all).not.toMatch(/Allow (\*|\w+:\*)|eks:(Associate|Disassociate|Update|Untag)|iam:PassRole|sts:/);
  });

  it('lets nobody but the sweep of clusters list what stands on them', () => {
    const listing = Object.entries(found).filter(([, lines]) =>
      lines.some((line) => line.includes('eks:List')),
    );
    expect(listing.map(([role]) => role)).toEqual(['SweepCluster']);
  });

  it('creates entries only of our own form: standard, our username, our group, our tags, none of them left out, and never for itself', () => {
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
        ArnNotEquals: {
          'eks:principalArn': [
            '<BindRole.Arn>',
            '<DefineRole.Arn>',
            '<UnbindRole.Arn>',
            '<SurveyClusterRole.Arn>',
          ],
        },
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
});

describe('N56: granting and revoking', () => {
  const found = permissions(made);
  const whoMay = (action: string, on = '') =>
    Object.keys(found).filter((role) =>
      found[role]?.some((line) => line.startsWith(`Allow ${action} on ${on}`)),
    );

  it('are apart: each function has a role of its own, and no other function takes it on', () => {
    const roles = ofType(made, 'AWS::Lambda::Function').map(([, { Properties }]) =>
      readable(Properties.Role),
    );
    expect(roles.length).toBeGreaterThan(12);
    expect(new Set(roles).size).toBe(roles.length);
    const trusted = ofType(made, 'AWS::IAM::Role').flatMap(([id, { Properties }]) =>
      Properties.AssumeRolePolicyDocument.Statement.map(
        (statement: { Principal: unknown; Action: unknown }) => [id, statement.Principal, statement.Action],
      ),
    );
    for (const [id, principal, action] of trusted) {
      expect([id, Object.keys(principal as object), action]).toEqual([id, ['Service'], 'sts:AssumeRole']);
    }
  });

  it.each([
    ['makes access entries', 'eks:CreateAccessEntry', '', 'OpenGrant'],
    ['signs what BindRole carries out', 'kms:Sign', '<PlanKey.Arn>', 'OpenGrant'],
    ['signs checkpoints of the log', 'kms:Sign', '<SealingKey.Arn>', 'SealLog'],
    ['marks an entry as ours', 'eks:TagResource', '', 'OpenGrant'],
  ])('one function alone %s', (_, action, on, who) => {
    expect(whoMay(action, on)).toEqual([who]);
  });

  it('BindRole and DefineRole are called by the lifecycle alone, and UnbindRole by whatever ends grants', () => {
    expect(whoMay('lambda:InvokeFunction', '<BindRoleFunction.Arn>')).toEqual(['the lifecycle']);
    expect(whoMay('lambda:InvokeFunction', '<DefineRoleFunction.Arn>')).toEqual(['the lifecycle']);
    expect(whoMay('lambda:InvokeFunction', '<OpenGrantFunction.Arn>')).toEqual(['the lifecycle']);
    expect(whoMay('lambda:InvokeFunction', '<UnbindRoleFunction.Arn>')).toEqual([
      'KillGrants',
      'SweepCluster',
      'SweepGrants',
      'the lifecycle',
    ]);
  });

  it('what only ends access can not make any, directly or by calling what does', () => {
    for (const role of [
      'EndGrant',
      'CloseGrant',
      'UnbindRole',
      'KillGrants',
      'SweepCluster',
      'SweepGrants',
      'HoldGrant',
      'TakeWebhook',
      'AskByTicket',
    ])
      expect([
        role,
        (found[role] ?? []).filter((line) =>
          /CreateAccessEntry|kms:Sign|TagResource|<(BindRole|DefineRole|OpenGrant)Function/.test(line),
        ),
      ]).toEqual([role, []]);
  });

  it('no condition on a list is passed by leaving the list out', () => {
    const lists = Object.values(found)
      .flat()
      .filter((line) => line.includes('"ForAllValues:'))
      .map(
        (line) => JSON.parse(line.slice(line.indexOf(' if ') + 4)) as Record<string, Record<string, string>>,
      );
    expect(lists.length).toBeGreaterThan(1);
    for (const conditions of lists) {
      const keys = Object.entries(conditions).flatMap(([test, of]) =>
        test.startsWith('ForAllValues:') ? Object.keys(of) : [],
      );
      for (const key of keys) {
        // A tag that is asked for by its value makes the list of tags be there.
        const there =
          key === 'aws:TagKeys'
            ? Object.keys(conditions.StringEquals ?? {}).some((each) => each.startsWith('aws:RequestTag/'))
            : conditions.Null?.[key] === 'false';
        expect([key, there]).toEqual([key, true]);
      }
    }
  });
});

describe('a cluster that is not in the catalog (any more)', () => {
  const without = permissions(synthesized({ catalog: catalogWithout('payments-prod') }));
  const inEks = (by: string) => (without[by] ?? []).filter((line) => line.startsWith('Allow eks:'));
  const region = '<AWS::Region>';

  it.each([
    ['EndGrant', ['DescribeCluster']],
    ['CloseGrant', ['DescribeAccessEntry', 'DeleteAccessEntry']],
    ['SweepGrants', ['DescribeCluster', 'DescribeAccessEntry', 'DeleteAccessEntry']],
    ['KillGrants', ['DescribeCluster', 'DescribeAccessEntry', 'DeleteAccessEntry']],
    [
      'SweepCluster',
      [
        'DescribeCluster',
        'DescribeAccessEntry',
        'DeleteAccessEntry',
        'ListAccessEntries',
        'ListAssociatedAccessPolicies',
      ],
    ],
  ])('is still within reach of %s: %s', (by, actions) => {
    for (const action of actions) {
      for (const where of [region, 'eu-west-3']) {
        expect([action, where, reaches(inEks(by), action, where, 'payments-prod')]).toEqual([
          action,
          where,
          true,
        ]);
      }
    }
    expect(new Set(inEks(by).map(actionOf))).toEqual(new Set(actions));
  });

  it('is out of reach of everything that grants', () => {
    for (const by of ['OpenGrant', 'Api', 'AskByTicket']) {
      const actions = [...new Set(inEks(by).map(actionOf))];
      expect(actions).toContain('DescribeCluster');
      // The cluster that is left proves that the question can be answered with yes.
      expect(actions.filter((action) => !reaches(inEks(by), action, region, 'orders-prod'))).toEqual([]);
      expect(actions.filter((action) => reaches(inEks(by), action, region, 'payments-prod'))).toEqual([]);
    }
  });

  it('is touched in EKS by no other role', () => {
    const others = Object.keys(without).filter((by) => inEks(by).length > 0);
    expect(others.sort()).toEqual([
      'Api',
      'AskByTicket',
      'CloseGrant',
      'EndGrant',
      'KillGrants',
      'OpenGrant',
      'SweepCluster',
      'SweepGrants',
    ]);
  });
});

describe('secrets of ticket systems', () => {
  const secretsOf = (catalog: string) =>
    Object.entries(permissions(synthesized({ catalog }))).flatMap(([role, lines]) =>
      lines.flatMap((line) => {
        const [, name] = /GetSecretValue on .*:secret:(.+)$/.exec(line) ?? [];
        return name === undefined ? [] : [`${role} ${name}`];
      }),
    );
  const withSources = (sources: string) =>
    catalogFrom((text) => text.replace(/^ticketing:\n {2}sources:\n( {4}.*\n)+/m, sources));

  it('are read by the function alone that needs them: of webhooks, and of what is looked at', () => {
    const live = 'host: example.atlassian.net, apiSecretName: api/jira, live: {}';
    const catalog = withSources(
      [
        'ticketing:',
        '  sources:',
        `    both: { kind: jira, tickets: 'A-[0-9]+', secretName: hooks/a, ${live} }`,
        `    silent: { kind: jira, tickets: 'B-[0-9]+', ${live.replace('api/jira', 'api/b')} }`,
        "    heard: { kind: github, tickets: 'c/d#[0-9]+', secretName: hooks/c, apiSecretName: api/unused }",
        '',
      ].join('\n'),
    );
    expect(secretsOf(catalog)).toEqual([
      'Api api/b-??????',
      'Api api/jira-??????',
      'AskByTicket api/b-??????',
      'AskByTicket api/jira-??????',
      'OpenGrant api/b-??????',
      'OpenGrant api/jira-??????',
      'TakeWebhook hooks/a-??????',
      'TakeWebhook hooks/c-??????',
    ]);
  });

  it('are none where no ticket system is listed, and then nothing is open to everybody but review pages', () => {
    const catalog = withSources('');
    expect(secretsOf(catalog)).toEqual([]);
    const inApi = (found: Synthesized) =>
      Object.values(found.resources).filter(
        ({ Type, ...rest }) => Type.startsWith('AWS::ApiGateway::') && /webhooks/.test(JSON.stringify(rest)),
      ).length;
    expect([inApi(made) > 2, inApi(synthesized({ catalog }))]).toEqual([true, 0]);
  });
});

/** The example catalog, in which another cluster has taken the place of this one. */
function catalogWithout(cluster: string): string {
  return catalogFrom((text) => text.replaceAll(cluster, 'orders-prod'));
}

function catalogFrom(change: (text: string) => string): string {
  const file = join(mkdtempSync(join(out, 'catalog-')), 'curfew.yaml');
  writeFileSync(file, change(readFileSync(exampleCatalog, 'utf8')));
  return file;
}

const actionOf = (line: string): string => /^Allow eks:(\w+)/.exec(line)?.[1] ?? line;

/** Whether a line allows the action on the cluster, or on the access entry of some role there. */
function reaches(lines: string[], action: string, region: string, cluster: string): boolean {
  const account = `arn:<AWS::Partition>:eks:${region}:<AWS::AccountId>`;
  const arns = [
    `${account}:cluster/${cluster}`,
    `${account}:access-entry/${cluster}/role/111122223333/developer/0123-4567`,
  ];
  return lines
    .filter((line) => actionOf(line) === action)
    .map((line) => / on (\S+)/.exec(line)?.[1] ?? '')
    .some((resource) => arns.some((arn) => patternOf(resource).test(arn)));
}

/** A resource as IAM reads it: a star stands for anything, slashes included. */
function patternOf(resource: string): RegExp {
  return new RegExp(`^${resource.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`);
}
