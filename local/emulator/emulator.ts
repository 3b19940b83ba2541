/** The AWS emulator as a child process on loopback: started on a free port, stopped without a trace, its state kept on demand. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startProcess, untilReady } from '#local/processes.ts';
import type { Progress } from '#local/progress.ts';
import { ensureEmulator } from './environment.ts';
import { killFunctions } from './function-processes.ts';
import { type Mail, readMails } from './mails.ts';

export const region = 'us-east-1';
export const account = '000000000000';

/** The keys of the account's root user, whom no policy restricts. Everyone else signs in through IAM and STS. */
export const rootKeys = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

export interface EmulatorOptions {
  /** A directory of its own: log, temporary files and state go there. Made if it isn't there. */
  dir: string;
  progress: Progress;
  /** Default: a free one. */
  port?: number;
  /** Where functions find the EKS API instead of the emulator's own. */
  eksUrl?: string;
  /** A state that `saveState` left, to start from. It is copied, never written to. */
  stateDir?: string;
  /** Names of the mends to apply; default: all. For probes of single mends and of the stock emulator. */
  mends?: readonly string[];
  /** More of the environment that functions inherit, such as the way to the outside. */
  functionEnv?: Readonly<Record<string, string>>;
  /** How many function processes may work at once before calls queue. Default: 64. */
  functionLimit?: number;
}

export interface Emulator {
  url: string;
  port: number;
  dir: string;
  /** The mends it runs with. */
  mends: readonly string[] | 'all';
  /** The emulator's own output: requests, failed functions, its faults. */
  logFile: string;
  /** What a program needs in its environment to talk to this emulator as root, and to nothing else. */
  env: Record<string, string>;
  /** Every mail that SES accepted, oldest first. */
  mails(): Promise<Mail[]>;
  /** Base address of a stage of a REST API here, without a slash at the end. */
  apiUrl(apiId: string, stage: string): string;
  /** The same for an API's address on AWS, as stacks put it out: https://ID.execute-api.REGION.amazonaws.com/STAGE. */
  localApiUrl(awsUrl: string): string;
  /**
   * SIGKILL to the processes of functions whose name matches, at work or idle, and to no other. Returns the names of those
   * it met. The next call of such a function starts a new process.
   */
  killFunctions(named: RegExp): Promise<string[]>;
  /**
   * Stops in good order and starts again at the same address with the state kept. Running executions fail and their task
   * tokens are lost. Throws if it had to be killed, which loses the state.
   */
  restart(): Promise<void>;
  /** Ends the emulator and its functions; nothing is left running, nor in its temporary directory. */
  stop(): Promise<void>;
  /** Stops as `stop` does and leaves the state in `to`, which must not exist yet. Running executions are lost. */
  saveState(to: string): Promise<void>;
}

const launcher = fileURLToPath(new URL('launch.py', import.meta.url));
const projectBin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const readyWithinMs = 30_000;
const stopWithinMs = 8_000;

/** Starts an emulator and waits until it answers. Throws, with the tail of its log, if it ends or stays silent for 30 s. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { dir, progress } = options;
  const python = await ensureEmulator(progress);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const temporary = join(dir, 'tmp');
  const state = join(dir, 'state');
  if (options.stateDir) {
    await rm(state, { recursive: true, force: true });
    await cp(options.stateDir, state, { recursive: true });
  }
  await mkdir(state, { recursive: true });

  const logFile = join(dir, 'emulator.log');
  const launch = async () => {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    const started = await startProcess({
      name: 'The AWS emulator',
      command: python,
      args: ['-B', launcher],
      env: launcherEnvironment(options, port, temporary, state),
      cwd: dir,
      logFile,
      graceMs: stopWithinMs,
    });
    await untilReady(started, 'answering', () => answers(`${url}/_ministack/ready`), {
      timeoutMs: readyWithinMs,
    }).catch(async (error: unknown) => {
      await started.kill();
      throw error;
    });
    return started;
  };
  let child = await progress.step('Starting the AWS emulator', launch);
  /** Throws unless it has saved its state. */
  const stopInOrder = async () => {
    await stop();
    const { signal } = await child.ended;
    if (signal === 'SIGKILL') {
      throw new Error(`The emulator had to be killed before it had saved its state: see ${logFile}.`);
    }
  };
  const apiUrl = (apiId: string, stage: string) => `${url}/_aws/execute-api/${apiId}/${stage}`;
  const stop = async () => {
    await child.stop();
    await rm(temporary, { recursive: true, force: true });
  };
  return {
    url,
    port,
    dir,
    mends: options.mends ?? 'all',
    logFile,
    env: clientEnvironment(url),
    mails: () => readMails(url),
    apiUrl,
    localApiUrl(awsUrl) {
      const { hostname, pathname } = new URL(awsUrl);
      const [apiId = '', service] = hostname.split('.');
      const stage = pathname.split('/')[1];
      if (service !== 'execute-api' || !stage)
        throw new Error(`${awsUrl} is not the address of a REST API's stage.`);
      return apiUrl(apiId, stage);
    },
    killFunctions: (named) => killFunctions(child.pid, named),
    async restart() {
      await stopInOrder();
      child = await launch();
    },
    stop,
    async saveState(to) {
      await stopInOrder();
      await mkdir(dirname(to), { recursive: true });
      await cp(state, to, { recursive: true, errorOnExist: true, force: false });
    },
  };
}

/** Everything the emulator is told. Nothing of this process's environment goes in, so that no function sees a person's. */
function launcherEnvironment(
  options: EmulatorOptions,
  port: number,
  temporary: string,
  state: string,
): Record<string, string> {
  return {
    PATH: [projectBin, process.env.PATH ?? ''].join(delimiter),
    HOME: options.dir,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_REGION: region,
    MINISTACK_ACCOUNT_ID: account,
    AWS_ACCESS_KEY_ID: rootKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootKeys.secretAccessKey,
    AUTH: 'true',
    CLOUDTRAIL_RECORDING: '1',
    LAMBDA_ACCOUNT_CONCURRENCY: '0', // the mend lambda_worker_limit queues instead
    LAMBDA_WARM_TTL_SECONDS: '60',
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
    PERSIST_STATE: '1',
    STATE_DIR: join(state, 'services'),
    S3_PERSIST: '1',
    S3_DATA_DIR: join(state, 's3'),
    CURFEW_MENDS: options.mends ? options.mends.join(',') || 'none' : 'all',
    ...(options.functionLimit ? { CURFEW_FUNCTION_LIMIT: String(options.functionLimit) } : {}),
    ...(options.eksUrl ? { AWS_ENDPOINT_URL_EKS: options.eksUrl } : {}),
    ...options.functionEnv,
  };
}

function clientEnvironment(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: rootKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootKeys.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.ok,
    () => false,
  );
}
