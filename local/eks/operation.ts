/** What an EKS call is to the stand-in: its route, what IAM must allow for it, and what it does. */
import * as z from 'zod';
import type { AccessEntries } from './access-entries.ts';
import { onEntry } from './checks.ts';
import type { Cluster, Clusters } from './clusters.ts';
import { EksError } from './errors.ts';
import type { Check } from './front-door.ts';

export interface World {
  clusters: Clusters;
  entries: AccessEntries;
  /** IAM's unique id of the principal with this ARN; throws InvalidParameterException if there is none. */
  findPrincipalId: (principalArn: string) => Promise<string>;
  now: () => number;
}

/** A call, parsed as far as its operation needs. */
export interface Call {
  world: World;
  /** Region it was signed for. */
  region: string;
  parameter: (name: string) => string;
  query: URLSearchParams;
  body: unknown;
}

/** What a call comes to: what IAM is asked, and then what is done, which may be done again. */
export interface Work {
  checks: Check[];
  perform: () => unknown;
}

export interface Operation {
  name: string;
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  plan: (call: Call) => Work;
}

export const text = z.string().min(1);
export const tagsForm = z.record(z.string(), z.string());
export const groupsForm = z.array(z.string());

export const entriesPath = '/clusters/:clusterName/access-entries';
export const entryPath = `${entriesPath}/:principalArn`;
export const policiesPath = `${entryPath}/access-policies`;

export function clusterOf({ world, region, parameter }: Call): Cluster {
  return world.clusters.get(parameter('clusterName'), region);
}

/** The entry that the path names, which need not exist, and what IAM is asked about it. */
export function entryOf(
  operation: string,
  call: Call,
  asked?: { username?: string | undefined; kubernetesGroups?: string[] | undefined },
): { cluster: Cluster; principalArn: string; check: Check } {
  const cluster = clusterOf(call);
  const principalArn = call.parameter('principalArn');
  const entry = call.world.entries.find(cluster.name, principalArn);
  return { cluster, principalArn, check: onEntry(operation, cluster, principalArn, entry, asked) };
}

export function noSuch(message: string): EksError {
  return new EksError('ResourceNotFoundException', message);
}

export function parse<Form extends z.ZodType>(form: Form, body: unknown): z.output<Form> {
  const parsed = form.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new EksError('InvalidParameterException', z.prettifyError(parsed.error));
}
