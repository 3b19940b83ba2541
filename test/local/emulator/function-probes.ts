/** Probes of the mends that concern functions and time. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { ensureEmulator } from '#local/emulator/environment.ts';
import { silentProgress } from '#local/progress.ts';
import { obedient, only, type ProbedCloud, roleArn } from './cloud.ts';
import { errorOf, type Probe } from './probe.ts';

export const functionProbes: Probe[] = [
  {
    mend: 'loopback_is_secure',
    title: 'a bucket that demands TLS lets in who comes over loopback',
    mended: 'none',
    stock: 'AccessDenied',
    see: async (cloud) => {
      await cloud.storage.send(new CreateBucketCommand({ Bucket: 'tls-only' }));
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      });
      await cloud.storage.send(new PutBucketPolicyCommand({ Bucket: 'tls-only', Policy }));
      const storage = new S3Client({
        endpoint: cloud.emulator.url,
        region,
        forcePathStyle: true,
        credentials: await roleKeys(cloud),
      });
      return errorOf(storage.send(new GetBucketLocationCommand({ Bucket: 'tls-only' })));
    },
  },
  {
    mend: 'lambda_error_names',
    title: 'a failed function reports the name of its error',
    mended: { thrown: 'Refused', crashed: 'Runtime.ExitError', throttled: 'Lambda.TooManyRequestsException' },
    stock: { thrown: 'Runtime.HandlerError', crashed: 'Runtime.HandlerError', throttled: 'Lambda.Unknown' },
    see: async (cloud) => {
      const thrown = (await cloud.call('obedient', { how: 'throw' })).errorType;
      const crashed = (await cloud.call('obedient', { how: 'crash' })).errorType;
      await cloud.functions.send(
        new PutFunctionConcurrencyCommand({ FunctionName: 'shut', ReservedConcurrentExecutions: 0 }),
      );
      const shut = only(obedient({}, { Arguments: { FunctionName: 'shut', Payload: {} } }));
      return { thrown, crashed, throttled: (await cloud.outcome(await cloud.start(shut))).error };
    },
  },
  {
    mend: 'lambda_role_ids',
    title: 'the session of a function is of its role by the unique id of that role',
    mended: true,
    stock: false,
    see: async (cloud) => {
      const keys = await cloud.call('obedient', { how: 'keys' });
      const credentials = {
        accessKeyId: String(keys.AWS_ACCESS_KEY_ID),
        secretAccessKey: String(keys.AWS_SECRET_ACCESS_KEY),
        sessionToken: String(keys.AWS_SESSION_TOKEN),
      };
      const sts = new STSClient({ endpoint: cloud.emulator.url, region, credentials });
      const { UserId } = await sts.send(new GetCallerIdentityCommand({}));
      const { Role } = await cloud.iam.send(new GetRoleCommand({ RoleName: 'probe' }));
      return UserId?.split(':')[0] === Role?.RoleId;
    },
  },
  {
    mend: 'lambda_worker_limit',
    title: 'calls beyond the limit of working processes wait for one of them',
    mended: { answered: 12, withinLimit: true },
    stock: { answered: 12, withinLimit: false },
    see: async (cloud) => {
      const calls = Array.from({ length: 12 }, () =>
        cloud.call('crowded', { how: 'sleep', milliseconds: 300 }),
      );
      const answers = await Promise.all(calls);
      return {
        answered: answers.filter(({ pid }) => pid).length,
        withinLimit: new Set(answers.map(({ pid }) => pid)).size <= 8,
      };
    },
  },
  {
    mend: 'lambda_log_wait',
    title: 'a silent call waits 8 ms for log lines',
    mended: [0.008, 0.005, 0.25],
    stock: [0.05, 0.005, 0.25],
    see: (cloud) => constantsOf(cloud, 'list(lambda_runtime.Worker._drain_stderr_bounded.__defaults__)'),
  },
  {
    mend: 'timer_ticks',
    title: 'schedules are looked at twice a second',
    mended: [0.5, 0.5],
    stock: [10, 10],
    see: (cloud) =>
      constantsOf(cloud, '[scheduler._SCHEDULE_TICK_INTERVAL, eventbridge._SCHEDULER_TICK_INTERVAL]'),
  },
  {
    mend: 'lambda_loopback_tls',
    title: 'a function speaks TLS to another server on loopback',
    mended: 'TLS',
    stock: 'plain HTTP',
    see: async (cloud) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const heard = once(server, 'connection').then(async ([socket]) => {
        const [first] = await once(socket, 'data');
        socket.destroy();
        return first[0] === 0x16 ? 'TLS' : 'plain HTTP'; // 0x16 opens a TLS handshake
      });
      const { port } = server.address() as AddressInfo;
      await cloud.call('obedient', { how: 'connect', url: `https://127.0.0.1:${port}/` });
      server.close();
      return heard;
    },
  },
  {
    mend: 'late_bound_addresses',
    title: 'a placeholder in a function’s environment becomes the address of the API’s stage',
    mended: 'at URL/_aws/execute-api/ID/v1/here',
    stock: 'at http://curfew.invalid/here',
    see: async (cloud) => {
      const { address } = await cloud.call('obedient', {});
      return String(address)
        .replace(cloud.emulator.url, 'URL')
        .replace(/execute-api\/\w+\//, 'execute-api/ID/');
    },
  },
];

async function roleKeys(cloud: ProbedCloud) {
  const sts = new STSClient({ endpoint: cloud.emulator.url, region, credentials: rootKeys });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'probe' }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

/** Looks into the emulator's modules, mended or not as `cloud` is: for faults that only a clock would show from outside. */
async function constantsOf(cloud: ProbedCloud, expression: string): Promise<unknown> {
  const python = await ensureEmulator(silentProgress());
  const mends = dirname(fileURLToPath(import.meta.resolve('#local/emulator/launch.py')));
  const { mends: applied } = cloud.emulator;
  const program = `
import json, sys
sys.path.insert(0, ${JSON.stringify(mends)})
import mends
mends.apply(${applied === 'all' ? 'mends.NAMES' : JSON.stringify(applied)})
from ministack.core import lambda_runtime
from ministack.services import eventbridge, scheduler
print(json.dumps(${expression}))`;
  const { stdout } = await promisify(execFile)(python, ['-B', '-c', program]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null');
}
