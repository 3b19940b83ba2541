/** The API: IAM-signed under /v1; review pages, where the link itself is the credential; webhooks, which prove by their signature who sent them. */
import { Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import {
  AccountPrincipal,
  AnyPrincipal,
  Effect,
  ManagedPolicy,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { gatewayBody, gatewayProblems, gatewayTable } from '#http/gateway-problems.ts';
import { acknowledge } from './acknowledge.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

const stageName = 'curfew';
const signedPaths = ['execute-api:/*/GET/v1/*', 'execute-api:/*/POST/v1/*'];
const pagePaths = ['review', 'passkey'].flatMap((page) =>
  ['GET', 'POST'].map((method) => `execute-api:/*/${method}/${page}/*`),
);
const webhookPaths = ['execute-api:/*/POST/v1/webhooks/*'];
const invoke = 'execute-api:Invoke';

/** Of its own, so that a flood of it leaves the rest of the API alone. */
const webhookMethod = '/v1/webhooks/{source}/POST';
const webhookOptions = {
  throttlingRateLimit: 20,
  throttlingBurstLimit: 40,
  loggingLevel: MethodLoggingLevel.OFF,
  dataTraceEnabled: false,
};

/** What is logged of a call. Neither its path nor its query: the path of a review page is the link. */
const logFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTimeEpoch(),
    method: AccessLogField.contextHttpMethod(),
    resource: AccessLogField.contextResourcePath(),
    caller: AccessLogField.contextIdentityUserArn(),
    sourceIp: AccessLogField.contextIdentitySourceIp(),
    status: AccessLogField.contextStatus(),
    milliseconds: AccessLogField.contextResponseLatency(),
  }),
);

/**
 * Who reaches the API. Roles of this account need leave in their own policies (as `CallerPolicy` gives it);
 * those of other accounts need it here too.
 */
function resourcePolicy(settings: Settings, webhooks: boolean): PolicyDocument {
  const { callerAccounts, callerOrganization, allowedCidrs, vpcEndpoints } = settings;
  const statement = (sid: string, rest: Omit<ConstructorParameters<typeof PolicyStatement>[0], 'sid'>) =>
    new PolicyStatement({ sid, actions: [invoke], ...rest });
  const everywhere = {
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    resources: ['execute-api:/*'],
  };
  const statements = [
    statement('ReviewPages', { principals: [new AnyPrincipal()], resources: pagePaths }),
    ...(webhooks
      ? [statement('Webhooks', { principals: [new AnyPrincipal()], resources: webhookPaths })]
      : []),
    ...(callerAccounts.length > 0
      ? [
          statement('OtherAccounts', {
            principals: callerAccounts.map((account) => new AccountPrincipal(account)),
            resources: signedPaths,
          }),
        ]
      : []),
    ...(callerOrganization
      ? [
          statement('Organization', {
            principals: [new AnyPrincipal()],
            resources: signedPaths,
            conditions: {
              StringEquals: { 'aws:PrincipalOrgID': callerOrganization },
              StringNotEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID },
            },
          }),
        ]
      : []),
    ...(allowedCidrs.length > 0
      ? [
          statement('OnlyTheseAddresses', {
            ...everywhere,
            conditions: { NotIpAddress: { 'aws:SourceIp': allowedCidrs } },
          }),
        ]
      : []),
    ...(vpcEndpoints.length > 0
      ? [
          statement('OnlyTheseEndpoints', {
            ...everywhere,
            conditions: { StringNotEquals: { 'aws:SourceVpce': vpcEndpoints } },
          }),
        ]
      : []),
  ];
  return new PolicyDocument({ statements });
}

export class RequestApi extends Construct {
  readonly api: RestApi;
  /** The API's own address, without a slash at the end. */
  readonly url: string;
  /** Base of the links in mails. */
  readonly publicUrl: string;
  readonly #settings: Settings;

  /** `webhooks`: whether ticket systems send any. */
  constructor(scope: Construct, id: string, settings: Settings, webhooks: boolean) {
    super(scope, id);
    this.#settings = settings;
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: settings.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.api = new RestApi(this, 'Rest', {
      restApiName: settings.deployment,
      description: 'Curfew: ask for access, answer, look, revoke',
      endpointTypes: [settings.vpcEndpoints.length > 0 ? EndpointType.PRIVATE : EndpointType.REGIONAL],
      policy: resourcePolicy(settings, webhooks),
      cloudWatchRole: settings.accountLogRole,
      ...(settings.accountLogRole ? { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN } : {}),
      deployOptions: {
        stageName,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: logFormat,
        // Execution logs print paths, and so the links.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        throttlingRateLimit: 50,
        throttlingBurstLimit: 100,
        ...(webhooks ? { methodOptions: { [webhookMethod]: webhookOptions } } : {}),
      },
    });
    // It would be a second output of the same address, with a slash at its end.
    this.api.node.tryRemoveChild('Endpoint');
    // Not RestApi.url: it refers to the stage, whose methods refer to the function that is told this address.
    this.url = `https://${this.api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${stageName}`;
    this.publicUrl = settings.publicUrl ?? this.url;
    new ManagedPolicy(this, 'CallerPolicy', {
      managedPolicyName: `${settings.deployment}-caller`,
      description:
        'Lets a role of this account call Curfew; what it gets is up to the catalog and the reviewers.',
      statements: [
        new PolicyStatement({
          actions: [invoke],
          resources: ['GET', 'POST'].map((method) => this.#executeArn(method)),
        }),
      ],
    });
    this.#answerInProblems();
    this.#acknowledge();
  }

  /** Routes everything to one function; the path says which calls must be signed. */
  serve(by: CurfewFunction): void {
    const integration = new LambdaIntegration(by.function, { allowTestInvoke: false });
    const signed = this.#v1().addResource('{proxy+}');
    const pages = ['review', 'passkey'].map((name) => this.api.root.addResource(name).addResource('{token}'));
    for (const method of ['GET', 'POST']) {
      signed.addMethod(method, integration, { authorizationType: AuthorizationType.IAM });
      for (const at of pages) {
        const page = at.addMethod(method, integration, { authorizationType: AuthorizationType.NONE });
        for (const rule of ['APIG4', 'COG4'])
          acknowledge(page, rule, 'The link is the credential: 256 random bits, one reviewer, one use.');
      }
    }
    acknowledge(signed, 'COG4', 'Callers sign with their own IAM identity; there is no user pool.');
  }

  /** Routes what ticket systems send to a function of its own. */
  serveWebhooks(by: CurfewFunction): void {
    const integration = new LambdaIntegration(by.function, { allowTestInvoke: false });
    const webhook = this.#v1()
      .addResource('webhooks')
      .addResource('{source}')
      .addMethod('POST', integration, { authorizationType: AuthorizationType.NONE });
    for (const rule of ['APIG4', 'COG4'])
      acknowledge(webhook, rule, 'Each delivery is signed by its source, over the bytes of its body.');
  }

  /** What API Gateway refuses by itself is a problem like all others. */
  #answerInProblems(): void {
    for (const code of gatewayProblems) {
      const { status, types } = gatewayTable[code];
      for (const type of types)
        this.api.addGatewayResponse(type, {
          type: ResponseType.of(type),
          statusCode: String(status),
          // The only template that it knows to choose is that of application/json.
          templates: { 'application/json': gatewayBody(code) },
          responseHeaders: {
            'Content-Type': "'application/problem+json'",
            'Cache-Control': "'no-store'",
            'X-Content-Type-Options': "'nosniff'",
          },
        });
    }
  }

  #v1(): IResource {
    return this.api.root.getResource('v1') ?? this.api.root.addResource('v1');
  }

  /** Tells a function the address that its mails and pages link to. */
  tellAddress(to: CurfewFunction): void {
    to.knows('CURFEW_PUBLIC_URL', this.publicUrl);
  }

  /** Tells it too, where that isn't the host of the address, which domain passkeys are made for. */
  tellPasskeyDomain(to: CurfewFunction): void {
    const { passkeyDomain } = this.#settings;
    if (passkeyDomain !== undefined) to.knows('CURFEW_PASSKEY_DOMAIN', passkeyDomain);
  }

  #executeArn(method: string): string {
    return Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.api.restApiId,
      resourceName: `${stageName}/${method}/v1/*`,
    });
  }

  #acknowledge(): void {
    acknowledge(
      this.api,
      'APIG2',
      'The function parses every input with its schema and answers with all faults.',
    );
    acknowledge(
      this.api,
      'APIG3',
      'Calls are signed or carry a secret link, and are throttled; a WAF costs monthly.',
    );
    acknowledge(this.api, 'APIG6', 'Execution logs print paths, and so the links; access logs are on.');
    for (const method of ['GET', 'POST']) {
      const arn = `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${this.#apiLogicalId}>/${stageName}/${method}/v1/*`;
      acknowledge(
        this,
        `IAM5[Resource::${arn}]`,
        'A caller may use the whole signed API; the broker decides.',
      );
    }
    if (this.#settings.accountLogRole) {
      acknowledge(
        this.api,
        'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        'The role that API Gateway itself asks for, to write access logs.',
      );
    }
  }

  get #apiLogicalId(): string {
    return Stack.of(this).resolve(this.api.restApiId).Ref;
  }
}
