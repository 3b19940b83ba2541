/** A Lambda function of Curfew: its bundle, its log group and a role that may write that log and nothing else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stage } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type CfnFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { DeployedCatalog } from './catalog.ts';
import type { OrganisationPolicy } from './organisation-policy.ts';
import type { Settings } from './settings.ts';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** Built alike by the bundle budget's test. Names are kept, since errors are matched by name. */
export const bundling = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  // The SDK goes into the bundle, pinned: what was tested is what runs.
  bundleAwsSDK: true,
  // Packages in CommonJS form call require() for Node's own modules, which ESM has not.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
} as const satisfies BundlingOptions;

/** `OpenGrant` -> `functions/open-grant.ts`: one name for state, function and file. */
export function entryOf(name: string): string {
  const file = name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return join(projectRoot, 'functions', `${file}.ts`);
}

export interface CurfewFunctionProps {
  settings: Settings;
  /** Seconds. Below the time-out of the state that calls it, so that nothing runs on after the state gave up. */
  timeout: number;
  /** Mebibytes; also sets the share of a CPU. */
  memory?: number;
  /** Put beside the bundle, for functions that judge by it. */
  catalog?: DeployedCatalog;
  /** As well, for those that decide who gets access. */
  policy?: OrganisationPolicy;
  /** Concurrent calls kept for this function, where the settings reserve any. */
  reserved?: number;
  /** In the subnets of the settings, where they name any: for the cluster leg. */
  besideCluster?: boolean;
}

/** What a function reads beside its bundle, by name. */
function besideOf({ catalog, policy }: CurfewFunctionProps): Record<string, string | Uint8Array> {
  return { ...(catalog && { 'catalog.json': catalog.json }), ...policy?.files };
}

export class CurfewFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, name: string, props: CurfewFunctionProps) {
    super(scope, name);
    const { settings } = props;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: settings.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Curfew: what ${name} may do`,
    });
    this.may(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [`${this.logGroup.logGroupArn}:*`],
      }),
      'Lambda names the streams inside this log group itself.',
    );
    this.function = new NodejsFunction(this, 'Function', {
      entry: entryOf(name),
      handler: 'handler',
      description: `Curfew: ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeout),
      memorySize: props.memory ?? 512,
      role: this.role,
      logGroup: this.logGroup,
      projectRoot,
      depsLockFilePath: join(projectRoot, 'package-lock.json'),
      awsSdkConnectionReuse: false,
      bundling: { ...bundling, commandHooks: this.#copies(besideOf(props)) },
      environment: { CURFEW_DEPLOYMENT: settings.deployment },
      ...(settings.reservedConcurrency && props.reserved
        ? { reservedConcurrentExecutions: props.reserved }
        : {}),
    });
    if (props.besideCluster && settings.subnetIds.length > 0) this.#placeBesideCluster(settings);
  }

  get arn(): string {
    return this.function.functionArn;
  }

  get name(): string {
    return this.function.functionName;
  }

  knows(variable: `CURFEW_${string}`, value: string): void {
    this.function.addEnvironment(variable, value);
  }

  /** Allows the function something. A wildcard in a resource has to come with its reason. */
  may(statement: PolicyStatement, whyWildcard?: string): void {
    this.role.addToPolicy(statement);
    if (whyWildcard !== undefined) acknowledgeWildcards(this.role, statement, whyWildcard);
  }

  /** Lets another function call this one, by the name that it finds in its configuration. */
  grantCall(to: CurfewFunction, variable: `CURFEW_${string}`): void {
    to.knows(variable, this.name);
    to.may(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.arn] }));
  }

  /** A policy of its own: the function waits for its role's, which then couldn't name the function. */
  mayCallItself(): void {
    new Policy(this, 'HandOn', {
      roles: [this.role],
      statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.arn] })],
    });
  }

  #copies(beside: Record<string, string | Uint8Array>) {
    const assembly = Stage.of(this)?.outdir ?? projectRoot;
    for (const [name, content] of Object.entries(beside)) writeFileSync(join(assembly, name), content);
    return {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_input: string, output: string) =>
        Object.keys(beside).map(
          (name) => `cp ${JSON.stringify(join(assembly, name))} ${JSON.stringify(join(output, name))}`,
        ),
    };
  }

  #placeBesideCluster({ subnetIds, securityGroupIds }: Settings): void {
    const cfn = this.function.node.defaultChild as CfnFunction;
    cfn.vpcConfig = { subnetIds, securityGroupIds };
    this.may(
      new PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
        ],
        resources: ['*'],
      }),
      'Lambda makes the network interfaces of a function in a VPC with its role, and names none beforehand.',
    );
  }
}
