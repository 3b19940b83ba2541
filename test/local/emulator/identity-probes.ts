/** Probes of the mends that concern IAM. */
import { DeleteAccessEntryCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateEmailIdentityCommand, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { SendTaskHeartbeatCommand, SFNClient } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';
import { only, type ProbedCloud, storeToken } from './cloud.ts';
import { errorOf, type Probe } from './probe.ts';
import { withRestart } from './restart.ts';
import { toldBy } from './told-events.ts';

export const identityProbes: Probe[] = [
  {
    mend: 'iam_resource_names',
    title: 'a role allowed one sender and one state machine can use these and no others',
    mended: {
      mail: 'none',
      otherMail: 'AccessDeniedException',
      task: 'none',
      otherTask: 'AccessDeniedException',
    },
    stock: {
      mail: 'AccessDeniedException',
      otherMail: 'AccessDeniedException',
      task: 'AccessDeniedException',
      otherTask: 'AccessDeniedException',
    },
    see: async (cloud) => {
      const root = new SESv2Client({ endpoint: cloud.emulator.url, region, credentials: rootKeys });
      for (const EmailIdentity of ['curfew@example.com', 'other@example.com']) {
        await root.send(new CreateEmailIdentityCommand({ EmailIdentity }));
      }
      const machine = await cloud.machine(only(storeToken('mine', { TimeoutSeconds: 20 })));
      const other = await cloud.machine(only(storeToken('other', { TimeoutSeconds: 20 })));
      await cloud.startMachine(machine);
      await cloud.startMachine(other);
      const client = await signedInAs(cloud, 'narrow', [
        { Action: 'ses:SendEmail', Resource: `arn:aws:ses:${region}:${account}:identity/curfew@example.com` },
        { Action: 'states:SendTaskHeartbeat', Resource: machine },
      ]);
      const mails = new SESv2Client(client);
      const states = new SFNClient(client);
      const send = (FromEmailAddress: string) =>
        errorOf(
          mails.send(
            new SendEmailCommand({
              FromEmailAddress,
              Destination: { ToAddresses: ['rita@example.com'] },
              Content: { Simple: { Subject: { Data: 'x' }, Body: { Text: { Data: 'x' } } } },
            }),
          ),
        );
      const beat = async (key: string) => {
        const [taskToken] = await cloud.tokens(key);
        return errorOf(states.send(new SendTaskHeartbeatCommand({ taskToken })));
      };
      return {
        mail: await send('Curfew <curfew@example.com>'),
        otherMail: await send('other@example.com'),
        task: await beat('mine'),
        otherTask: await beat('other'),
      };
    },
  },
  {
    mend: 'ses_condition_keys',
    title: 'a role allowed to send from one address can send from it and from no other',
    mended: { mail: 'none', otherMail: 'AccessDeniedException' },
    stock: { mail: 'AccessDeniedException', otherMail: 'AccessDeniedException' },
    see: async (cloud) => {
      const root = new SESv2Client({ endpoint: cloud.emulator.url, region, credentials: rootKeys });
      for (const EmailIdentity of ['sender@example.com', 'impostor@example.com']) {
        await root.send(new CreateEmailIdentityCommand({ EmailIdentity }));
      }
      const Condition = { StringEquals: { 'ses:FromAddress': 'sender@example.com' } };
      const allowed = [{ Action: 'ses:SendEmail', Resource: '*', Condition }];
      const mails = new SESv2Client(await signedInAs(cloud, 'one-sender', allowed));
      const send = (FromEmailAddress: string) =>
        errorOf(
          mails.send(
            new SendEmailCommand({
              FromEmailAddress,
              Destination: { ToAddresses: ['rita@example.com'] },
              Content: { Simple: { Subject: { Data: 'x' }, Body: { Text: { Data: 'x' } } } },
            }),
          ),
        );
      return { mail: await send('sender@example.com'), otherMail: await send('impostor@example.com') };
    },
  },
  {
    mend: 's3_condition_keys',
    title: 'a bucket that takes create-only puts over new TLS takes these and no others',
    mended: { createOnly: 'none', plain: 'AccessDenied' },
    stock: { createOnly: 'AccessDenied', plain: 'AccessDenied' },
    see: async (cloud) => {
      const Bucket = 'create-only';
      const deny = { Effect: 'Deny', Principal: '*', Resource: `arn:aws:s3:::${Bucket}/*` };
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { ...deny, Action: 's3:PutObject', Condition: { Null: { 's3:if-none-match': 'true' } } },
          { ...deny, Action: 's3:*', Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
          { ...deny, Action: 's3:*', Condition: { Null: { 's3:TlsVersion': 'true' } } },
        ],
      });
      await cloud.storage.send(new CreateBucketCommand({ Bucket }));
      await cloud.storage.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      const storage = new S3Client({
        ...(await signedInAs(cloud, 'writer', [{ Action: 's3:*', Resource: '*' }])),
        forcePathStyle: true,
      });
      const put = (more: object) =>
        errorOf(storage.send(new PutObjectCommand({ Bucket, Key: 'event', Body: 'x', ...more })));
      return { createOnly: await put({ IfNoneMatch: '*' }), plain: await put({}) };
    },
  },
  {
    mend: 'sts_sessions_kept',
    title: 'somebody signed in is still so after a restart',
    mended: { before: 'none', after: 'none' },
    stock: { before: 'none', after: 'InvalidClientTokenId' },
    see: (like) =>
      withRestart(like, async (cloud, restart) => {
        const sts = new STSClient(await signedInAs(cloud, 'lasting', [{ Action: 'iam:*', Resource: '*' }]));
        const ask = () => errorOf(sts.send(new GetCallerIdentityCommand({})));
        const before = await ask();
        await restart();
        return { before, after: await ask() };
      }),
  },
  {
    mend: 'cloudtrail_eks_events',
    title: 'a change made through the EKS API reaches EventBridge rules, with its name and who made it',
    mended: {
      eventName: 'DeleteAccessEntry',
      principalArn: 'arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fpath%2Fsomeone',
      who: { type: 'AssumedRole', arn: `arn:aws:sts::${account}:assumed-role/changer/probe` },
    },
    stock: 'nothing',
    see: async (cloud) => {
      const clusters = new EKSClient(
        await signedInAs(cloud, 'changer', [{ Action: 'eks:*', Resource: '*' }]),
      );
      const principalArn = `arn:aws:iam::${account}:role/path/someone`;
      // Whether there is such an entry does not matter here: the call is authorized and answered.
      const change = () =>
        errorOf(clusters.send(new DeleteAccessEntryCommand({ clusterName: 'prod', principalArn })));
      const pattern = { source: ['aws.eks'], detail: { eventName: ['DeleteAccessEntry'] } };
      const told = trailEvent.safeParse(await toldBy(cloud, pattern, change));
      if (!told.success) return 'nothing';
      const { eventName, requestParameters, userIdentity } = told.data;
      return { eventName, principalArn: requestParameters.principalArn, who: userIdentity };
    },
  },
];

const trailEvent = z.object({
  eventName: z.string(),
  requestParameters: z.object({ principalArn: z.string() }),
  userIdentity: z.object({ type: z.string(), arn: z.string() }),
});

/** The settings of an SDK client of a new role that may do just what the statements allow. */
async function signedInAs(
  cloud: ProbedCloud,
  RoleName: string,
  statements: { Action: string; Resource: string; Condition?: object }[],
) {
  const trusted = {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
  };
  const policy = (Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  await cloud.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy([trusted]) }));
  const allowed = policy(statements.map((statement) => ({ Effect: 'Allow', ...statement })));
  await cloud.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'only', PolicyDocument: allowed }));
  const sts = new STSClient({ endpoint: cloud.emulator.url, region, credentials: rootKeys });
  const RoleArn = `arn:aws:iam::${account}:role/${RoleName}`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'probe' }));
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  return { endpoint: cloud.emulator.url, region, credentials, maxAttempts: 1 };
}
