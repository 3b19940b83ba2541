/** Background: a call reaches its function as it was made, and whoever calls doesn't wait for it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lambdaBackground } from '#adapters/lambda-background.ts';
import { MemoryBackground } from '#adapters/memory/background.ts';
import type { ClusterSweep } from '#domain/cluster-sweep.ts';
import { Unavailable } from '#domain/errors.ts';
import { clusterSweep } from '#domain/step-input.ts';
import { makeFunction } from './lambda-fixture.ts';
import { localCloud, region } from './local-cloud.ts';

const at = '2026-11-21T09:00:00.000Z';
const cluster = { eksName: 'payments-prod', region };
const sweeps: ClusterSweep[] = [
  { v: 1, cluster, at },
  { v: 1, cluster, at, ending: { from: at, before: '2026-11-21T09:00:10.000Z' } },
  { v: 1, cluster, at, from: { part: 'bindings', cursor: 'next', after: 'payments/curfew-1' } },
];

describe('Background in memory', () => {
  it('hands on what was called, in its form', async () => {
    const background = new MemoryBackground();
    for (const sweep of sweeps) await background.sweepCluster(sweep);
    const seen: ClusterSweep[] = [];
    expect(await background.run(async (sweep) => seen.push(sweep))).toBe(3);
    expect(seen).toEqual(sweeps);
  });
});

describe('KillGrants in memory', () => {
  it('is noted by the id of its order', async () => {
    const background = new MemoryBackground();
    await background.killGrants('01KAJ000000000000000000001');
    expect(background.kills).toEqual(['01KAJ000000000000000000001']);
  });
});

describe('Background by Lambda', () => {
  localCloud();
  let server: Server;
  const received: unknown[] = [];
  /** The functions wait for this. */
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      received.push(JSON.parse(await text(request)));
      await held;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await makeFunction(
      'SweepCluster',
      `export const handler = async (input) => {
         await fetch('http://127.0.0.1:${port}', { method: 'POST', body: JSON.stringify(input) });
       };`,
    );
  });
  afterAll(() => {
    letGo();
    server?.closeAllConnections();
    server?.close();
  });

  it('hands on what was called, in its form, while the functions still run', async () => {
    const background = lambdaBackground(region, { sweepCluster: 'SweepCluster' });
    for (const sweep of sweeps) await background.sweepCluster(sweep);
    letGo();
    await expect.poll(() => received.length, { timeout: 30_000 }).toBe(3);
    expect(received.map((input) => clusterSweep.parse(input))).toEqual(expect.arrayContaining(sweeps));
  });

  it('calls KillGrants with the id of its order', async () => {
    await lambdaBackground(region, { killGrants: 'SweepCluster' }).killGrants('01KAJ000000000000000000001');
    const arrived = expect.poll(() => received.at(-1), { timeout: 30_000 });
    await arrived.toEqual({ killId: '01KAJ000000000000000000001' });
  });

  it('does not pretend to call what this function was not told of', async () => {
    const untold = lambdaBackground(region, {});
    await expect(untold.killGrants('x')).rejects.toThrow('was not told its name');
  });

  it('says Unavailable when the function is not there', async () => {
    const [sweep] = sweeps as [ClusterSweep];
    const nowhere = lambdaBackground(region, { sweepCluster: 'NotThere' });
    await expect(nowhere.sweepCluster(sweep)).rejects.toBeInstanceOf(Unavailable);
  });
});
