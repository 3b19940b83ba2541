/** Everything the CLI talks to, on loopback: the real app and operations over a memory world, in real time. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MemoryWorld, memoryWorld } from '#adapters/memory/world.ts';
import type { Catalog } from '#domain/catalog.ts';
import { createApp } from '#http/app.ts';
import { buildCli } from '../../cli/build.ts';
import { Machine } from '../operations/machine.ts';
import { type ClusterServer, startClusterServer } from './cluster-server.ts';
import { type Gateway, type Interceptor, startGateway } from './gateway.ts';
import { type PersonName, people } from './people.ts';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  /** Ends with the process. */
  ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  stderrSoFar(): string;
  /** Resolves once the text was printed on stderr. */
  said(text: string): Promise<void>;
  /** Resolves with the first match on stdout, once its line is whole. */
  printed(pattern: RegExp): Promise<string>;
}

export interface CliOptions {
  as?: PersonName | 'nobody';
  env?: NodeJS.ProcessEnv;
  /** Calls the API through this door instead of the front one. */
  via?: Gateway;
  /** What is piped into it; nothing where left out. */
  input?: string;
}

export interface House {
  world: MemoryWorld;
  gateway: Gateway;
  /** Another way to the same API, on which only one test interferes. */
  door(intercept: Interceptor): Promise<Gateway>;
  cluster: ClusterServer;
  /** HOME of all that is spawned. */
  home: string;
  /** The bundled CLI. */
  script: string;
  start(args: readonly string[], options?: CliOptions): Running;
  cli(args: readonly string[], options?: CliOptions): Promise<Ended>;
  environment(options?: CliOptions): NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** How often what would happen in AWS by itself happens here, in ms. */
const tickMs = 25;

/** `catalog`: of the world, where not the sample one. */
export async function openHouse(catalog?: Catalog): Promise<House> {
  const home = await mkdtemp(join(tmpdir(), 'curfew-cli-test-'));
  const script = await buildCli(join(home, 'dist'));
  const world = memoryWorld({ now: new Date().toISOString(), ...(catalog ? { catalog } : {}) });
  const app = createApp(world, { log: { error: (...facts) => console.error(...facts) } });
  const gateway = await startGateway(app);
  const doors = [gateway];
  const cluster = await startClusterServer(world, join(home, 'pki'));
  const address = world.inside.entries.clusters.get('payments-prod');
  if (!address) throw new Error('The memory world has no payments-prod.');
  const { endpoint, certificateAuthority } = cluster;
  world.inside.entries.clusters.set('payments-prod', { ...address, endpoint, certificateAuthority });

  // Time is the real one here: what an operation would wait for must not move everybody's clock.
  world.inside.clock.sleep = async () => undefined;
  const machine = new Machine(world);
  let open = true;
  const ticking = (async () => {
    while (open) {
      world.inside.clock.advanceTo(new Date().toISOString());
      await machine.run();
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
  })();

  const environment = ({ as = 'alice', env = {}, via = gateway }: CliOptions = {}): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    HOME: home,
    TZ: 'UTC',
    CURFEW_URL: via.url,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_COMPILE_CACHE: join(home, 'compiled'),
    ...(as === 'nobody'
      ? {}
      : {
          AWS_ACCESS_KEY_ID: people[as].accessKeyId,
          AWS_SECRET_ACCESS_KEY: people[as].secretAccessKey,
          AWS_SESSION_TOKEN: people[as].sessionToken,
        }),
    ...env,
  });
  const start = (args: readonly string[], options?: CliOptions): Running => {
    const child = spawn(process.execPath, [script, ...args], {
      env: environment(options),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(options?.input);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<Ended>((resolve) =>
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
    );
    return {
      ended,
      kill: (signal) => child.kill(signal),
      stderrSoFar: () => stderr,
      said: (text) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (stderr.includes(text)) resolve();
          };
          child.stderr.on('data', look);
          child.on('close', () => reject(new Error(`It ended without saying "${text}":\n${stderr}`)));
          look();
        }),
      printed: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const [found] = pattern.exec(stdout.slice(0, stdout.lastIndexOf('\n') + 1)) ?? [];
            if (found !== undefined) resolve(found.replace(/"$/, ''));
          };
          child.stdout.on('data', look);
          child.on('close', () => reject(new Error(`It ended without printing ${pattern}:\n${stderr}`)));
          look();
        }),
    };
  };
  return {
    world,
    gateway,
    async door(intercept) {
      const door = await startGateway(app);
      door.intercept = intercept;
      doors.push(door);
      return door;
    },
    cluster,
    home,
    script,
    start,
    cli: (args, options) => start(args, options).ended,
    environment,
    async close() {
      open = false;
      await ticking;
      await Promise.all(doors.map((door) => door.close()));
      await cluster.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
