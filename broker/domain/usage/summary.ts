/** What was touched with a grant, for people: bounded, and honest about what is left out or not certain. */
import type { Instant } from '../instant.ts';
import type { Binding } from '../request.ts';
import { type Act, worked } from './act.ts';
import { type Residual, residualOf } from './residual.ts';
import { actsHeard, type ClusterWord, type Usage } from './usage.ts';

export interface Touched {
  /** Such as `pods`, `pods/exec`, `deployments.apps`. */
  resource: string;
  namespace?: string;
  verbs: string[];
  /** Those named; a list or watch names none. */
  names: string[];
  /** Names beyond those listed. */
  moreNames: number;
  done: number;
  refused: number;
}

/** `more`: how many beyond those listed. */
export interface Some {
  items: string[];
  more: number;
}

export interface UsageSummary {
  /** Requests to the API server. */
  requests: number;
  /** That there were too many to keep each: `requests` is an estimate, and the rest tells of the weightiest only. */
  about: boolean;
  first?: { at: Instant; auditId: string };
  last?: { at: Instant; auditId: string };
  touched: Touched[];
  moreTouched: number;
  refused: number;
  /** Known by person and time only, since the authorizer names no grant: what was refused, or a standing right allowed. */
  byTime: number;
  /** These may be of another grant that the person had at the same time. */
  uncertain: number;
  /** Allowed by something else than Curfew: standing rights that the person has beside the grant. */
  standing: Some;
  addresses: Some;
  agents: Some;
  commands: Some;
  /** The API server's word that the RoleBindings are gone. */
  removal: Removal;
  residual: Residual[];
  moreResidual: number;
}

export interface Removal {
  /** `yes`: told of each RoleBinding. `no`: not told of all; lines are missing, or on their way. */
  confirmed: 'yes' | 'no' | 'not due';
  words: ClusterWord[];
}

const most = 20;
const mostNames = 10;

/** What of the record it needs. */
export interface Granted {
  bindings: readonly Pick<Binding, 'namespace' | 'name'>[];
  /** When it was over; absent while it is not. */
  endedAt?: Instant;
}

export function summaryOf(usage: Usage, { bindings, endedAt }: Granted): UsageSummary {
  const { acts, first, last } = usage;
  const touched = touchedBy(acts);
  const residual = endedAt === undefined ? [] : residualOf(usage, endedAt);
  const heard = actsHeard(usage);
  return {
    requests: heard.count,
    about: heard.about,
    ...(first ? { first } : {}),
    ...(last ? { last } : {}),
    touched: touched.slice(0, most),
    moreTouched: Math.max(0, touched.length - most),
    refused: acts.filter((act) => !worked(act)).length,
    byTime: acts.filter(({ how }) => how !== 'authorizer').length,
    uncertain: acts.filter(({ how }) => how === 'several').length,
    standing: someOf(acts.map(({ standing }) => standing)),
    addresses: someOf(acts.map(({ address }) => address)),
    agents: someOf(acts.map(({ agent }) => agent)),
    commands: someOf(acts.map(({ command }) => command)),
    removal: removalOf(usage, bindings, endedAt),
    residual: residual.slice(0, most),
    moreResidual: Math.max(0, residual.length - most),
  };
}

/** The last word on each RoleBinding counts: one that was made again stands. */
export function removalOf(
  { words }: Pick<Usage, 'words'>,
  bindings: Granted['bindings'],
  endedAt: Instant | undefined,
): Removal {
  const ours = words.filter(({ kind }) => kind === 'rolebindings');
  const gone = bindings.every(
    ({ namespace }) => ours.filter((word) => word.namespace === namespace).at(-1)?.verb === 'delete',
  );
  const confirmed = gone && bindings.length > 0 ? 'yes' : endedAt === undefined ? 'not due' : 'no';
  return { confirmed, words: ours };
}

function touchedBy(acts: readonly Act[]): Touched[] {
  const groups = Map.groupBy(
    acts.filter(({ object }) => object !== undefined),
    ({ object }) => `${resourceOf(object)} ${object?.namespace ?? ''}`,
  );
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, some]) => {
      const namespace = some[0]?.object?.namespace;
      const names = distinct(some.map(({ object }) => object?.name));
      return {
        resource: resourceOf(some[0]?.object),
        ...(namespace === undefined ? {} : { namespace }),
        verbs: distinct(some.map(({ verb }) => verb)),
        names: names.slice(0, mostNames),
        moreNames: Math.max(0, names.length - mostNames),
        done: some.filter(worked).length,
        refused: some.filter((act) => !worked(act)).length,
      };
    });
}

/** Such as `pods/exec`, `deployments.apps`. */
export function resourceOf(object: Act['object']): string {
  if (object === undefined) return '';
  const { group, resource, subresource } = object;
  return `${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort();
}

function someOf(values: readonly (string | undefined)[]): Some {
  const items = distinct(values);
  return { items: items.slice(0, most), more: Math.max(0, items.length - most) };
}
