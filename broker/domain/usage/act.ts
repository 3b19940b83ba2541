/** One request to the API server under a grant, put together from the stages that its audit lines tell, in whatever order they come. */
import type { Instant } from '../instant.ts';
import { allowerOf, requestIdOfName } from './attribute.ts';
import type { AuditLine, ObjectRef } from './audit-line.ts';

export interface Act {
  /** The audit id. */
  id: string;
  receivedAt: Instant;
  /** Of what goes on after it has begun: a watch, an exec. */
  startedAt?: Instant;
  /** When it was answered, or what went on has ended; absent while it goes on, as far as is known. */
  endedAt?: Instant;
  verb: string;
  object?: ObjectRef;
  username: string;
  as?: string;
  address?: string;
  agent?: string;
  command?: string;
  follows?: true;
  code?: number;
  allowed: boolean;
  /** By what else it was allowed than by a grant: a standing right. */
  standing?: string;
  /** How it is known to be of this grant: `several`, that it may be of another of the same person as well. */
  how: 'authorizer' | 'time' | 'several';
  credential?: string;
}

export function actOf(line: AuditLine, how: Act['how']): Act {
  const { auditId, stage, at, receivedAt, verb, object, username, allowed } = line;
  const { as, address, agent, command, follows, code, credential } = line;
  const allower = allowerOf(line);
  const standing =
    allower && requestIdOfName(allower.name) === undefined ? `${allower.kind} ${allower.name}` : undefined;
  return definedOf({
    id: auditId,
    receivedAt,
    startedAt: stage === 'ResponseStarted' ? at : undefined,
    endedAt: stage === 'ResponseStarted' ? undefined : at,
    verb,
    object,
    username,
    as,
    address,
    agent,
    command,
    follows,
    code,
    allowed,
    standing,
    how,
    credential,
  }) as unknown as Act;
}

function definedOf(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The same request as two lines tell it. Whichever comes first, and however often, it is the same act. */
export function joinActs(a: Act, b: Act): Act {
  const joined: Record<string, unknown> = {};
  const [one, other] = [a, b] as unknown as Record<string, unknown>[];
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort())
    joined[key] = joinValues(key, one?.[key], other?.[key]);
  return joined as unknown as Act;
}

/** Of what differs between stages, the outcome; of anything else the lesser: any choice would do that has no order. */
function joinValues(key: string, a: unknown, b: unknown): unknown {
  if (a === undefined || b === undefined) return a ?? b;
  const isLesser = typeof a === 'number' ? a <= Number(b) : JSON.stringify(a) <= JSON.stringify(b);
  return (key === 'code') === isLesser ? b : a;
}

/** Kinds of requests that go on after they were answered, as people call them. */
export type StreamKind = 'watch' | 'exec' | 'attach' | 'port-forward' | 'proxy' | 'log';

const streamsOfPods: Readonly<Record<string, StreamKind>> = {
  exec: 'exec',
  attach: 'attach',
  portforward: 'port-forward',
  proxy: 'proxy',
};

export function streamOf({
  verb,
  object,
  follows,
}: Pick<Act, 'verb' | 'object' | 'follows'>): StreamKind | undefined {
  if (verb === 'watch') return 'watch';
  if (object?.subresource === 'log') return follows ? 'log' : undefined;
  return object?.subresource === undefined ? undefined : streamsOfPods[object.subresource];
}

/** Whether it had an effect: allowed, and not refused afterwards by admission or because there was nothing. */
export function worked({ allowed, code = 200 }: Pick<Act, 'allowed' | 'code'>): boolean {
  return allowed && code < 400;
}
