import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings.ts';
import { appWith, functionNamed, ofType, synthesized } from './synthesized.ts';

const faultsOf = (settings: Record<string, unknown>): string => {
  try {
    readSettings(appWith(settings).node);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The settings were accepted.');
};

describe('settings', () => {
  it('need nothing but the sender of the mails', () => {
    const settings = readSettings(appWith().node);
    expect(settings).toMatchObject({ deployment: 'curfew', auditMode: 'GOVERNANCE', removal: 'retain' });
    expect(faultsOf({ mailFrom: undefined })).toMatch(/1 fault:\n {2}mailFrom: Give the address/);
  });

  it('tell all their faults at once, each by its name', () => {
    const message = faultsOf({
      mailFrom: 'nobody',
      auditDays: 0,
      logDays: 42,
      callerAccounts: '12',
      publicUrl: 'http://curfew.example.com',
      colour: 'red',
    });
    expect(message).toMatch(/^The settings have 6 faults:/);
    for (const name of ['mailFrom', 'auditDays', 'logDays', 'callerAccounts.0', 'publicUrl', 'colour']) {
      expect(message).toContain(name);
    }
  });

  it.each([
    ['subnetIds', 'securityGroupIds'],
    ['securityGroupIds', 'subnetIds'],
  ])('ask for %s and %s together', (given, missing) => {
    const value = given === 'subnetIds' ? 'subnet-0123abcd' : 'sg-0123abcd';
    expect(faultsOf({ [given]: value })).toMatch(new RegExp(`${missing}: Give both`));
  });

  it.each([
    'http://opa.example.com/v1/data/curfew/access/verdict',
    'https://opa.example.com/',
    'https://someone:word@opa.example.com/v1/data/curfew/access/verdict',
    'https://opa.example.com/v1/data/curfew/access/verdict?pretty',
  ])('take no policy server of another kind: %s', (policyServer) => {
    expect(faultsOf({ policyServer })).toMatch(/1 fault:\n {2}policyServer: Write/);
  });

  it('take a policy server by the address of its document, its authority only with it', () => {
    const policyServer = 'https://opa.example.com:8181/v1/data/curfew/access/verdict';
    expect(readSettings(appWith({ policyServer }).node)).toMatchObject({ policyServer, policy: 'policy' });
    expect(faultsOf({ policyServerCertificate: 'ca.pem' })).toMatch(/policyServer: .*give both, or none/);
  });

  it('can be given one by one on the command line, as texts', () => {
    const app = appWith({ auditDays: 30 });
    for (const [name, value] of Object.entries({
      auditDays: '90',
      reservedConcurrency: 'false',
      allowedCidrs: '203.0.113.0/24, 2001:db8::/32',
    })) {
      app.node.setContext(name, value);
    }
    expect(readSettings(app.node)).toMatchObject({
      auditDays: 90,
      reservedConcurrency: false,
      allowedCidrs: ['203.0.113.0/24', '2001:db8::/32'],
    });
  });

  it('lock evidence in COMPLIANCE mode only when asked', () => {
    const rule = (auditMode: string) => ({
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: auditMode, Days: 365 } } },
    });
    synthesized().template.hasResourceProperties('AWS::S3::Bucket', rule('GOVERNANCE'));
    synthesized({ auditMode: 'COMPLIANCE' }).template.allResourcesProperties(
      'AWS::S3::Bucket',
      rule('COMPLIANCE'),
    );
  });

  it('make no trail where one records already', () => {
    const existingTrail = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/all';
    const { template } = synthesized({ existingTrail });
    template.resourceCountIs('AWS::CloudTrail::Trail', 0);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasOutput('TrailArn', { Value: existingTrail });
  });

  it('place only the cluster leg beside the clusters', () => {
    const made = synthesized({
      subnetIds: 'subnet-0123abcd,subnet-4567cdef',
      securityGroupIds: 'sg-0123abcd',
    });
    const placed = ofType(made, 'AWS::Lambda::Function')
      .filter(([, { Properties }]) => Properties.VpcConfig !== undefined)
      .map(([, { Properties }]) => Properties.Description);
    expect(placed.sort()).toEqual([
      'Curfew: BindRole',
      'Curfew: DefineRole',
      'Curfew: SurveyCluster',
      'Curfew: UnbindRole',
    ]);
    expect(functionNamed(made, 'BindRole').Properties.VpcConfig).toEqual({
      SubnetIds: ['subnet-0123abcd', 'subnet-4567cdef'],
      SecurityGroupIds: ['sg-0123abcd'],
    });
  });

  it('reserve concurrency for revoking, unless the quota is too small', () => {
    const reserved = (made: ReturnType<typeof synthesized>) =>
      ofType(made, 'AWS::Lambda::Function')
        .filter(([, { Properties }]) => Properties.ReservedConcurrentExecutions !== undefined)
        .map(([, { Properties }]) => Properties.Description.slice('Curfew: '.length))
        .sort();
    expect(reserved(synthesized())).toEqual([
      'AskByTicket',
      'CloseGrant',
      'EndGrant',
      'KillGrants',
      'SealLog',
      'SurveyCluster',
      'SweepCluster',
      'SweepGrants',
      'TakeWebhook',
      'TraceUsage',
      'UnbindRole',
    ]);
    expect(reserved(synthesized({ reservedConcurrency: 'false' }))).toEqual([]);
  });

  it('open the API to other accounts, or close it to other addresses, by its resource policy', () => {
    const { template } = synthesized({
      callerAccounts: ['111122223333'],
      callerOrganization: 'o-abcd123456',
      allowedCidrs: ['203.0.113.0/24'],
    });
    const statement = (sid: string, rest: object) => Match.objectLike({ Sid: sid, ...rest });
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      Policy: {
        Statement: Match.arrayWith([
          statement('ReviewPages', { Effect: 'Allow' }),
          statement('OtherAccounts', { Effect: 'Allow' }),
          statement('Organization', {
            Effect: 'Allow',
            Condition: Match.objectLike({ StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } }),
          }),
          statement('OnlyTheseAddresses', {
            Effect: 'Deny',
            Resource: 'execute-api:/*',
            Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } },
          }),
        ]),
      },
    });
  });

  it('make the API private where endpoints are named', () => {
    const { template } = synthesized({ vpcEndpoints: 'vpce-0123abcd' });
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['PRIVATE'] },
    });
  });
});
