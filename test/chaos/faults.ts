/** The faults of the real parts: how each strikes and how it heals. */
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { rootKeys } from '#local/emulator/emulator.ts';
import type { CloudFacts } from '../e2e/cloud.ts';
import { executionArn, stateMachines } from '../e2e/insight.ts';
import { signedFetch } from '../e2e/signed-fetch.ts';
import type { Case } from './states.ts';
import type { ChaosWorld } from './world.ts';

export interface Fault {
  name: string;
  /** While it lasts nobody can end access: what is due has its minute from the healing on. */
  blocksEnds: boolean;
  /** Strikes, and returns what heals it; healing waits until the part is back. */
  strike(world: ChaosWorld, cases: readonly Case[]): Promise<() => Promise<void>>;
  /** How long until it is healed; 0 for what is over once it has struck. */
  lastsMs: number;
}

const lastsMs = 15_000;

/** Of the lifecycle and the sweep; the API has people waiting for it, who would try again by themselves. */
const lifecycleFunctions =
  /(AskReviewers|OpenGrant|BindRole|HoldGrant|EndGrant|UnbindRole|CloseGrant|SweepGrants|SweepCluster)/;

const killAgainMs = 250;

const nothing = async () => {};

const killed = (name: string, kill: (world: ChaosWorld) => Promise<void>, resume: typeof kill): Fault => ({
  name: `${name} killed`,
  blocksEnds: true,
  lastsMs,
  async strike(world) {
    await kill(world);
    return () => resume(world);
  },
});

const cutOff = (
  from: string,
  link: (world: ChaosWorld) => ChaosWorld['toEks'],
  how: 'refused' | 'silent',
): Fault => ({
  name: `functions cut off from ${from}: ${how}`,
  blocksEnds: true,
  lastsMs,
  async strike(world) {
    link(world).cut(how);
    return async () => link(world).mend();
  },
});

export const apiServerKilled = killed(
  'API server',
  ({ cloud }) => cloud.cluster.kill('kube-apiserver'),
  ({ cloud }) => cloud.cluster.resume(),
);

export const etcdKilled = killed(
  'etcd',
  ({ cloud }) => cloud.cluster.kill('etcd'),
  ({ cloud }) => cloud.cluster.resume(),
);

/** The cluster's authenticator with it. */
export const eksKilled = killed(
  'EKS',
  ({ cloud }) => cloud.eks.kill(),
  ({ cloud }) => cloud.eks.resume(),
);

/** Whatever function is called dies in the middle. */
export const functionsKilled: Fault = {
  name: 'functions killed',
  blocksEnds: true,
  lastsMs: 10_000,
  async strike({ cloud }) {
    const kill = () => cloud.emulator.killFunctions(lifecycleFunctions);
    const met = await kill();
    if (met.length === 0) throw new Error('No function has a process that could be killed.');
    let last: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      last = kill();
    }, killAgainMs);
    return async () => {
      clearInterval(timer);
      await last;
    };
  },
};

export const eksThrottledAndLagging: Fault = {
  name: 'EKS throttled and lagging',
  blocksEnds: true,
  lastsMs,
  async strike({ cloud: { eks } }) {
    await eks.delay({ createMs: 8_000, deleteMs: 8_000 });
    await eks.throttle({ perSecond: 0.5, burst: 1 });
    return async () => {
      await eks.clearFaults();
      await eks.delay({ createMs: 0, deleteMs: 0 });
    };
  },
};

export const executionsStopped: Fault = {
  name: 'executions stopped by API',
  blocksEnds: false,
  lastsMs: 0,
  async strike({ facts }, cases) {
    const machines = stateMachines(facts);
    await Promise.all(
      cases.map(({ id }) =>
        machines.send(new StopExecutionCommand({ executionArn: executionArn(facts, id) })),
      ),
    );
    return nothing;
  },
};

/** Running executions fail, and the tokens of those that wait are lost. */
export const emulatorRestarted: Fault = {
  name: 'AWS emulator restarted',
  blocksEnds: true,
  lastsMs: 0,
  async strike({ cloud }) {
    await cloud.emulator.restart();
    return nothing;
  },
};

/** The same, and no event of it arrives: nobody but the sweep's own minute finds what is left. */
export const emulatorRestartedUnheard: Fault = {
  name: 'AWS emulator restarted, events lost',
  blocksEnds: true,
  lastsMs: 5_000,
  async strike({ cloud, facts }) {
    await switchRules(facts, 'DisableRule', /EndedBadly/);
    await cloud.emulator.restart();
    return () => switchRules(facts, 'EnableRule', /EndedBadly/);
  },
};

async function switchRules(
  facts: CloudFacts,
  how: 'DisableRule' | 'EnableRule',
  named: RegExp,
): Promise<void> {
  const listed = z.object({ Rules: z.array(z.object({ Name: z.string() })) });
  const { Rules: rules } = listed.parse(await askEvents(facts, 'ListRules', {}));
  const found = rules.filter(({ Name }) => named.test(Name));
  if (found.length === 0) throw new Error(`No rule of EventBridge is called ${named}.`);
  for (const { Name } of found) await askEvents(facts, how, { Name });
}

async function askEvents({ emulatorUrl }: CloudFacts, action: string, input: object): Promise<unknown> {
  const response = await signedFetch(new URL(emulatorUrl), rootKeys, {
    method: 'POST',
    service: 'events',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSEvents.${action}` },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${action} answered ${response.status}: ${await response.text()}`);
  const text = await response.text();
  return text ? JSON.parse(text) : undefined;
}

/** Several at once, as when a machine is lost. */
export function atOnce(name: string, faults: readonly Fault[]): Fault {
  return {
    name,
    blocksEnds: faults.some(({ blocksEnds }) => blocksEnds),
    lastsMs: Math.max(...faults.map((fault) => fault.lastsMs)),
    async strike(world, cases) {
      const heals = await Promise.all(faults.map((fault) => fault.strike(world, cases)));
      return async () => {
        await Promise.all(heals.map((heal) => heal()));
      };
    },
  };
}

export const allFaults: readonly Fault[] = [
  apiServerKilled,
  etcdKilled,
  eksKilled,
  functionsKilled,
  cutOff('the API server', ({ toCluster }) => toCluster, 'refused'),
  cutOff('the API server', ({ toCluster }) => toCluster, 'silent'),
  cutOff('EKS', ({ toEks }) => toEks, 'refused'),
  cutOff('EKS', ({ toEks }) => toEks, 'silent'),
  eksThrottledAndLagging,
  executionsStopped,
  emulatorRestarted,
  emulatorRestartedUnheard,
];
