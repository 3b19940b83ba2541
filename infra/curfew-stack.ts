/** The one stack: each construct of one concern, and here, side by side, what each function may use of them. */
import { ArnFormat, CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Alarms, type Asides } from './alarms.ts';
import { Announcing } from './announcing.ts';
import { AuditStore } from './audit-store.ts';
import type { DeployedCatalog } from './catalog.ts';
import { ClusterEntries } from './cluster-entries.ts';
import { CurfewFunction, type CurfewFunctionProps } from './curfew-function.ts';
import { Lifecycle } from './lifecycle.ts';
import { MailSender } from './mail-sender.ts';
import type { OrganisationPolicy } from './organisation-policy.ts';
import { commentedSources, Outgoing } from './outgoing.ts';
import { PlanKey } from './plan-key.ts';
import { Records } from './records.ts';
import { RemovalGuard } from './removal-guard.ts';
import { RequestApi } from './request-api.ts';
import { Sealing } from './sealing.ts';
import type { Settings } from './settings.ts';
import { Shipping } from './shipping.ts';
import { Sweep } from './sweep.ts';
import { AccessTrail } from './trail.ts';
import { UsageTracing } from './usage-tracing.ts';

export interface CurfewStackProps {
  settings: Settings;
  catalog: DeployedCatalog;
  policy: OrganisationPolicy;
}

export class CurfewStack extends Stack {
  constructor(scope: Construct, id: string, { settings, catalog, policy }: CurfewStackProps) {
    super(scope, id, {
      stackName: settings.deployment,
      description: 'Curfew: just-in-time access to Amazon EKS that revokes itself',
      tags: { 'curfew:deployment': settings.deployment },
    });
    const records = new Records(this, 'Records', settings);
    const audit = new AuditStore(this, 'AuditStore', settings);
    const trail = new AccessTrail(this, 'Trail', settings);
    const planKey = new PlanKey(this, 'PlanKey', settings);
    const lifecycle = new Lifecycle(this, 'Lifecycle', settings);
    const mail = new MailSender(this, 'Mail', settings);
    const entries = new ClusterEntries(this, 'ClusterEntries', { settings, catalog: catalog.catalog });
    const { sources } = catalog.catalog.ticketing;
    const webhooks = Object.values(sources).flatMap(({ secretName }) => secretName ?? []);
    const ticketApis = Object.values(sources).flatMap(({ live, apiSecretName }) =>
      live ? (apiSecretName ?? []) : [],
    );
    const api = new RequestApi(this, 'RequestApi', settings, webhooks.length > 0);

    // Time-outs in seconds, each below that of its state in the state machine's file.
    const make = (name: string, props: Omit<CurfewFunctionProps, 'settings'>) =>
      new CurfewFunction(this, name, { settings, ...props });

    const askReviewers = make('AskReviewers', { timeout: 30, catalog });
    records.grantChange(askReviewers);
    mail.grantSend(askReviewers);
    api.tellAddress(askReviewers);
    lifecycle.grantAnswer(askReviewers);

    const awaitClaim = make('AwaitClaim', { timeout: 30, catalog });
    records.grantChange(awaitClaim);
    mail.grantSend(awaitClaim);
    api.tellAddress(awaitClaim);
    lifecycle.grantAnswer(awaitClaim);

    const openGrant = make('OpenGrant', { timeout: 30, memory: 1024, catalog, policy });
    records.grantChange(openGrant);
    records.grantLedger(openGrant);
    records.grantShip(openGrant);
    records.grantList(openGrant, 'due', 'requester');
    audit.grantShip(openGrant);
    entries.grantDescribeCluster(openGrant, 'granting');
    entries.grantDescribe(openGrant, 'granting');
    // A delete that somebody left half done is finished before the entry is made anew.
    entries.grantDelete(openGrant, 'granting');
    planKey.grantSign(openGrant);
    this.#grantReadRoles(openGrant);
    this.#grantSecrets(openGrant, ticketApis);

    // The cluster leg: leave to write their own logs, and nothing else in AWS.
    const bindRole = make('BindRole', { timeout: 12, memory: 1024, besideCluster: true });
    planKey.publishTo(bindRole);
    const defineRole = make('DefineRole', { timeout: 12, memory: 1024, besideCluster: true });
    planKey.publishTo(defineRole);
    const unbindRole = make('UnbindRole', { timeout: 65, memory: 1024, besideCluster: true, reserved: 100 });

    const surveyCluster = make('SurveyCluster', { timeout: 30, besideCluster: true, reserved: 15 });
    surveyCluster.grantCall(openGrant, 'CURFEW_SURVEY_FUNCTION');
    entries.grantCreate(openGrant, [bindRole, defineRole, unbindRole, surveyCluster]);

    const holdGrant = make('HoldGrant', { timeout: 10 });
    records.grantChange(holdGrant);

    const endGrant = make('EndGrant', { timeout: 30, reserved: 50 });
    records.grantChange(endGrant);
    entries.grantDescribeCluster(endGrant, 'ending');

    const closeGrant = make('CloseGrant', { timeout: 30, reserved: 50 });
    records.grantChange(closeGrant);
    records.grantLedger(closeGrant);
    entries.grantDescribe(closeGrant, 'ending');
    entries.grantDelete(closeGrant, 'ending');

    const sweepCluster = make('SweepCluster', { timeout: 300, memory: 1024, catalog, reserved: 20 });
    records.grantChange(sweepCluster);
    records.grantLedger(sweepCluster);
    records.grantReadLedger(sweepCluster);
    records.grantList(sweepCluster, 'live');
    entries.grantDescribeCluster(sweepCluster, 'ending');
    entries.grantList(sweepCluster);
    entries.grantDescribe(sweepCluster, 'ending');
    entries.grantDelete(sweepCluster, 'ending');
    this.#grantReadRoles(sweepCluster);
    this.#grantCallLeg(sweepCluster, { unbindRole, surveyCluster });
    sweepCluster.mayCallItself();

    const sweepGrants = make('SweepGrants', { timeout: 55, memory: 1024, catalog, reserved: 5 });
    sweepCluster.grantCall(sweepGrants, 'CURFEW_SWEEP_CLUSTER_FUNCTION');
    records.grantChange(sweepGrants);
    records.grantLedger(sweepGrants);
    records.grantShip(sweepGrants);
    records.grantList(sweepGrants, 'due', 'live', 'unshipped');
    audit.grantShip(sweepGrants);
    mail.grantSend(sweepGrants);
    api.tellAddress(sweepGrants);
    entries.grantDescribeCluster(sweepGrants, 'ending');
    entries.grantDescribe(sweepGrants, 'ending');
    entries.grantDelete(sweepGrants, 'ending');
    lifecycle.grantStart(sweepGrants);
    lifecycle.grantDescribe(sweepGrants);
    lifecycle.grantAnswer(sweepGrants);
    this.#grantCallLeg(sweepGrants, { unbindRole, surveyCluster });

    // Ends what a kill order covers by itself: the state machine is not asked for anything.
    // Several at a time: an order that can't be finished must not keep another from beginning.
    const killGrants = make('KillGrants', { timeout: 600, memory: 1024, catalog, reserved: 5 });
    records.grantChange(killGrants);
    records.grantLedger(killGrants);
    records.grantList(killGrants, 'due', 'live');
    entries.grantDescribeCluster(killGrants, 'ending');
    entries.grantDescribe(killGrants, 'ending');
    entries.grantDelete(killGrants, 'ending');
    this.#grantCallLeg(killGrants, { unbindRole, surveyCluster });
    killGrants.grantCall(sweepGrants, 'CURFEW_KILL_FUNCTION');

    const shipEvents = make('ShipEvents', { timeout: 60 });
    records.grantShip(shipEvents);
    audit.grantShip(shipEvents);

    // One at a time: two would write one history too, and one of them for nothing.
    const sealLog = make('SealLog', { timeout: 55, memory: 512, reserved: 1 });
    records.grantSeal(sealLog);
    records.grantList(sealLog, 'unshipped');
    audit.grantSeal(sealLog);
    const sealing = new Sealing(this, 'Sealing', { settings, sealer: sealLog });

    const traceUsage = make('TraceUsage', { timeout: 60, memory: 1024, catalog, reserved: 5 });
    records.grantChange(traceUsage);
    records.grantList(traceUsage, 'live', 'requester');
    lifecycle.grantAnswer(traceUsage);
    const tracing = new UsageTracing(this, 'UsageTracing', {
      catalog: catalog.catalog,
      tracer: traceUsage,
      audit,
    });

    const announcing = new Announcing(this, 'Announcing', settings);
    const announce = make('Announce', { timeout: 60, catalog });
    records.grantRead(announce);
    announcing.grantTell(announce);
    announcing.tellFrom(records, announce);
    // What tickets ask for: apart from what takes their webhooks, so that nothing outside can call what may give access.
    const askByTicket = make('AskByTicket', { timeout: 60, memory: 1024, catalog, policy, reserved: 2 });
    this.#grantSubmit(askByTicket, { records, entries, lifecycle, surveyCluster });
    records.grantReadEvents(askByTicket);
    this.#grantSecrets(askByTicket, ticketApis);
    // Tells a ticket, by whoever writes comments, why nothing was asked for.
    announcing.grantTell(askByTicket);
    askByTicket.grantCall(sweepGrants, 'CURFEW_ASK_FUNCTION');

    const broker = make('Api', { timeout: 28, memory: 1024, catalog, policy });
    this.#grantSubmit(broker, { records, entries, lifecycle, surveyCluster });
    records.grantUseLinks(broker);
    records.grantReadEvents(broker);
    api.tellAddress(broker);
    api.tellPasskeyDomain(broker);
    killGrants.grantCall(broker, 'CURFEW_KILL_FUNCTION');
    this.#grantReadRoles(broker);
    this.#grantSecrets(broker, ticketApis);

    api.serve(broker);
    if (webhooks.length > 0) {
      const takeWebhook = make('TakeWebhook', { timeout: 15, catalog, reserved: 20 });
      records.grantChange(takeWebhook);
      records.grantReadEvents(takeWebhook);
      records.grantList(takeWebhook, 'requester');
      lifecycle.grantAnswer(takeWebhook);
      askByTicket.grantCall(takeWebhook, 'CURFEW_ASK_FUNCTION');
      this.#grantSecrets(takeWebhook, webhooks);
      api.serveWebhooks(takeWebhook);
    }
    const outgoing = new Outgoing(this, 'Outgoing', announcing);
    const { receivers } = catalog.catalog;
    const aside: Asides = {};
    if (Object.keys(receivers).length > 0) {
      const sendWebhook = make('SendWebhook', { timeout: 60, catalog });
      this.#grantSecrets(
        sendWebhook,
        Object.values(receivers).map(({ secretName }) => secretName),
      );
      aside.unsent = outgoing.sendTo(receivers, sendWebhook);
    }
    const commented = commentedSources(catalog.catalog);
    if (commented.length > 0) {
      const commentTicket = make('CommentTicket', { timeout: 60, catalog });
      records.grantNotes(commentTicket);
      this.#grantSecrets(
        commentTicket,
        commented.flatMap((name) => sources[name]?.apiSecretName ?? []),
      );
      aside.unwritten = outgoing.commentTo(commented, commentTicket);
    }
    if (settings.chatTopic) this.#output({ ChatTopicArn: outgoing.chatTopic().topicArn });

    const stateMachine = lifecycle.run({
      AskReviewers: askReviewers,
      OpenGrant: openGrant,
      AwaitClaim: awaitClaim,
      BindRole: bindRole,
      DefineRole: defineRole,
      HoldGrant: holdGrant,
      EndGrant: endGrant,
      UnbindRole: unbindRole,
      CloseGrant: closeGrant,
    });
    new Sweep(this, 'Sweep', { sweeper: sweepGrants, lifecycle });
    const shipping = new Shipping(this, 'Shipping', { records, shipper: shipEvents });
    new Alarms(this, 'Alarms', {
      settings,
      lifecycle: stateMachine,
      sweeper: sweepGrants,
      clusterSweeper: sweepCluster,
      shipper: shipEvents,
      shipping,
      announcer: announce,
      announcing,
      tracing,
      aside,
    });

    new RemovalGuard(this, 'RemovalGuard', { settings, records });

    this.#output({
      Deployment: settings.deployment,
      ApiUrl: api.url,
      TableName: records.table.tableName,
      AuditBucket: audit.bucket.bucketName,
      LogKeyArn: sealing.key.keyArn,
      TraceUsageFunctionArn: traceUsage.arn,
      EventBusName: announcing.bus.eventBusName,
      TrailArn: trail.trailArn,
      OrganisationPolicy: policy.summary,
      StateMachineArn: lifecycle.arn,
      BindRoleRoleArn: bindRole.role.roleArn,
      DefineRoleRoleArn: defineRole.role.roleArn,
      UnbindRoleRoleArn: unbindRole.role.roleArn,
      SurveyClusterRoleArn: surveyCluster.role.roleArn,
    });
  }

  /** What it takes to judge what is asked, write it down and have it carried out. */
  #grantSubmit(
    to: CurfewFunction,
    {
      records,
      entries,
      lifecycle,
      surveyCluster,
    }: { records: Records; entries: ClusterEntries; lifecycle: Lifecycle; surveyCluster: CurfewFunction },
  ): void {
    records.grantChange(to);
    records.grantList(to, 'due', 'requester');
    surveyCluster.grantCall(to, 'CURFEW_SURVEY_FUNCTION');
    entries.grantDescribeCluster(to, 'granting');
    lifecycle.grantStart(to);
    lifecycle.grantAnswer(to);
  }

  /** Who asks may be any role of the account: its path and unique id are read, never taken from the caller. */
  #grantReadRoles(to: CurfewFunction): void {
    to.may(
      new PolicyStatement({
        actions: ['iam:GetRole'],
        resources: [this.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: '*' })],
      }),
      'Any role of the account may ask; GetRole tells nothing but what the role is.',
    );
  }

  /** Exactly these; Secrets Manager puts a dash and six characters behind each name. */
  #grantSecrets(to: CurfewFunction, names: readonly string[]): void {
    if (names.length === 0) return;
    const arn = (name: string) =>
      this.formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${name}-??????`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const resources = [...new Set(names)].sort().map(arn);
    to.may(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
  }

  /** The cluster leg's functions, called directly. */
  #grantCallLeg(to: CurfewFunction, leg: Record<'unbindRole' | 'surveyCluster', CurfewFunction>): void {
    to.knows('CURFEW_UNBIND_FUNCTION', leg.unbindRole.name);
    to.knows('CURFEW_SURVEY_FUNCTION', leg.surveyCluster.name);
    const resources = Object.values(leg).map(({ arn }) => arn);
    to.may(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources }));
  }

  #output(outputs: Record<string, string>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
