/** The EKS API over HTTP: identifies the call, lets the front door judge it, breaks it if told to, and does it. */

import { setTimeout as wait } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { SignedRequest } from './as-signed.ts';
import { callsOnClusters } from './calls-on-clusters.ts';
import { callsOnEntries } from './calls-on-entries.ts';
import { callsOnPolicies } from './calls-on-policies.ts';
import { callsOnTags } from './calls-on-tags.ts';
import { EksError } from './errors.ts';
import type { Faults } from './faults.ts';
import type { Admission, Check } from './front-door.ts';
import type { Call, Operation, Work, World } from './operation.ts';

/** One call that was answered or broken, for tests to look at. */
export interface AnsweredCall {
  operation: string;
  /** ARN of the caller; empty when the front door refused it. */
  caller: string;
  /** HTTP status; 0 when it was left hanging. */
  status: number;
  at: number;
}

export interface ApiParts {
  world: World;
  faults: Faults;
  askFrontDoor: (request: SignedRequest, checks: Check[]) => Promise<Admission>;
  calls: AnsweredCall[];
  /** Ends hanging and delayed calls when the server stops. */
  stopping: AbortSignal;
}

const operations = [...callsOnClusters, ...callsOnEntries, ...callsOnPolicies, ...callsOnTags];

type Env = { Bindings: HttpBindings };

/** Thrown when no answer is to be given. */
class HungUp extends Error {}

export function eksApi(parts: ApiParts): Hono<Env> {
  const api = new Hono<Env>();
  for (const operation of operations) {
    api.on(operation.method, operation.path, (context) => answer(parts, operation, context));
  }
  return api;
}

async function answer(parts: ApiParts, operation: Operation, context: Context<Env>): Promise<Response> {
  const call: AnsweredCall = { operation: operation.name, caller: '', status: 0, at: parts.world.now() };
  parts.calls.push(call);
  try {
    const response = await judgeAndPerform(parts, operation, context, call);
    call.status = response.status;
    return response;
  } catch (error) {
    if (error instanceof HungUp) {
      context.env.incoming.socket.destroy();
      return new Response(null, { status: 500 });
    }
    const known =
      error instanceof EksError ? error : new EksError('ServerException', `The stand-in failed: ${error}`);
    const response = known.response();
    call.status = response.status;
    return response;
  }
}

async function judgeAndPerform(
  parts: ApiParts,
  operation: Operation,
  context: Context<Env>,
  call: AnsweredCall,
): Promise<Response> {
  const { incoming } = context.env;
  const body = new Uint8Array(await context.req.arrayBuffer());
  const region = signedRegion(context.req.header('authorization'));
  const work = planOrFailure(operation, {
    world: parts.world,
    region,
    parameter: (name) => context.req.param(name) ?? '',
    query: new URL(context.req.url).searchParams,
    body,
  });
  const admission = await parts.askFrontDoor(
    { method: incoming.method ?? '', url: incoming.url ?? '', rawHeaders: incoming.rawHeaders, body },
    work.checks,
  );
  if (!admission.admitted) return admission.answer;
  call.caller = admission.caller.arn;
  return Response.json(await performWithFaults(parts, operation.name, work));
}

/** Nobody learns what is wrong with a request, or what does not exist, before having proved who they are. */
function planOrFailure(operation: Operation, call: Omit<Call, 'body'> & { body: Uint8Array }): Work {
  try {
    return operation.plan({ ...call, body: parseJson(call.body) });
  } catch (failure) {
    return {
      checks: [],
      perform: () => {
        throw failure;
      },
    };
  }
}

async function performWithFaults(parts: ApiParts, name: string, work: Work): Promise<unknown> {
  parts.faults.spend();
  const fault = parts.faults.take(name);
  const breakIf = async (when: 'before' | 'after') => {
    if (fault?.when !== when) return;
    if (fault.kind === 'error') throw new EksError(fault.error, `A fault on demand, ${when} it was done.`);
    if (fault.kind === 'hang') {
      await wait(fault.ms, undefined, { signal: parts.stopping }).catch(() => {});
      throw new HungUp();
    }
  };
  if (fault?.kind === 'delay') await wait(fault.ms, undefined, { signal: parts.stopping });
  await breakIf('before');
  if (fault?.kind === 'duplicate') await work.perform();
  const result = await work.perform();
  await breakIf('after');
  return result;
}

/** Region of the credential scope, `KEY/DATE/REGION/eks/aws4_request`. */
function signedRegion(authorization = ''): string {
  const region = /^AWS4-HMAC-SHA256 Credential=[^/,]+\/\d{8}\/([\w-]+)\/eks\/aws4_request,/.exec(
    authorization,
  )?.[1];
  if (region) return region;
  throw new EksError(
    'MissingAuthenticationTokenException',
    'The request is not signed for the service eks: sign it with AWS Signature Version 4.',
  );
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new EksError('InvalidParameterException', 'The body is not JSON.');
  }
}
