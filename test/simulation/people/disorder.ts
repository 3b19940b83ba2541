/** What administrators do past Curfew, behind the fences, to what it made, or in its name: all of it is for SweepCluster to find. */
import type { MemoryCluster } from '#adapters/memory/cluster.ts';
import { entryContentOf, managedBy } from '#domain/access-entry.ts';
import { principalGroup, subjectOf } from '#domain/identity.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { Bound } from '../cloud/authorizer.ts';
import { byHand, type Cloud } from '../cloud/cloud.ts';
import { settings } from '../cloud/twins.ts';
import { callers, eksClusters, type Name, requesters } from './cast.ts';
import type { Deeds, Sabotage } from './deeds.ts';

export const disorders = [
  'add a subject',
  'replace the subject',
  'edit expires-at',
  'relabel a binding',
  'make a binding anew',
  'make a binding anew for another role',
  'leave an orphan binding',
  'leave an orphan entry',
  'edit an entry',
] as const;
export type Disorder = (typeof disorders)[number];

const cluster = 'payments-prod';
const rbac = 'rbac.authorization.k8s.io' as const;
const userOf = (who: Name) => ({ apiGroup: rbac, ...subjectOf(callers[who]).kubernetes });

const unknownRequest = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** What each of them makes of a RoleBinding; those that stand in place keep its UID. */
const edits: Partial<Record<Disorder, (binding: Bound) => RoleBinding>> = {
  'add a subject': (binding) => ({ ...binding, subjects: [...binding.subjects, userOf('mallory')] }),
  'replace the subject': (binding) => ({ ...binding, subjects: [userOf('mallory')] }),
  'edit expires-at': (binding) => annotated(binding, marks.expiresAt, '2027-01-01T00:00:00.000Z'),
  'relabel a binding': (binding) => labelled(binding, marks.request, unknownRequest.toLowerCase()),
  'make a binding anew': (binding) => binding,
  'make a binding anew for another role': (binding) => ({
    ...binding,
    roleRef: { ...binding.roleRef, name: 'cluster-admin' },
  }),
};
const madeAnew: readonly Disorder[] = ['make a binding anew', 'make a binding anew for another role'];

export class Disorderly {
  readonly #cloud: Cloud;
  readonly #deeds: Deeds;
  readonly #others: ReadonlyMap<string, string>;

  /** `others`: what is nobody's business, by kind and name. */
  constructor(cloud: Cloud, deeds: Deeds, others: ReadonlyMap<string, string>) {
    this.#cloud = cloud;
    this.#deeds = deeds;
    this.#others = others;
  }

  /** `of` chooses among what there is. */
  happen(what: Disorder, of: number, requestIds: readonly string[]): void {
    if (what === 'leave an orphan binding') this.#leaveBinding(of, requestIds);
    else if (what === 'leave an orphan entry') this.#leaveEntry(of);
    else if (what === 'edit an entry') this.#editEntry(of);
    else this.#edit(what, of);
    this.#cloud.landed(byHand);
  }

  get #cluster(): MemoryCluster {
    const found = this.#cloud.twins.clusters.get(cluster);
    if (!found) throw new Error(`There is no cluster ${cluster}.`);
    return found;
  }

  #note(what: Sabotage['what'], of: string): void {
    this.#deeds.spoil({ at: this.#cloud.scheduler.now, what, of, gives: true });
  }

  #edit(what: Disorder, of: number): void {
    const { roleBindings } = this.#cluster;
    const ours = [...roleBindings].filter(([key]) => !this.#others.has(`binding ${key}`));
    const [key, binding] = ours[of % Math.max(1, ours.length)] ?? [];
    const edited = binding && edits[what]?.(binding);
    if (key === undefined || !edited) return;
    this.#note('binding', key);
    const uid = madeAnew.includes(what) ? this.#cluster.nextUid() : binding.metadata.uid;
    roleBindings.set(key, { ...edited, metadata: { ...edited.metadata, uid } });
  }

  /** With our marks, for a request that nobody made, one that somebody did, or none at all. */
  #leaveBinding(of: number, requestIds: readonly string[]): void {
    const request = [unknownRequest, requestIds[0] ?? unknownRequest, 'nobody', requestIds.at(-1)][of % 4];
    const name = `curfew-${(request ?? unknownRequest).toLowerCase()}`;
    const { roleBindings } = this.#cluster;
    if (roleBindings.has(`payments/${name}`)) return;
    this.#note('binding', `payments/${name}`);
    roleBindings.set(`payments/${name}`, {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: {
        name,
        namespace: 'payments',
        uid: this.#cluster.nextUid(),
        labels: {
          [marks.managedBy]: managedBy,
          [marks.deployment]: settings.deployment,
          [marks.request]: name.slice('curfew-'.length),
        },
        annotations: {},
      },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'view' },
      subjects: [userOf('alice')],
    });
  }

  #keyOf(of: number) {
    const { principal } = callers[requesters[of % requesters.length] ?? 'alice'];
    return { ...eksClusters[cluster], principalArn: principal.arn };
  }

  #leaveEntry(of: number): void {
    const key = this.#keyOf(of);
    const { entries } = this.#cloud.twins;
    if (entries.on(key) === undefined)
      entries.plant(key, entryContentOf(key.principalArn, settings.deployment));
  }

  /** Another username, another principal's group, or an access policy. */
  #editEntry(of: number): void {
    const key = this.#keyOf(of);
    const { entries } = this.#cloud.twins;
    const standing = entries.on(key);
    if (!standing || this.#others.has(`entry ${key.principalArn}`)) return;
    this.#note('entry', key.principalArn);
    const group = principalGroup(
      callers[key.principalArn === callers.ci.principal.arn ? 'alice' : 'ci'].principal.arn,
    );
    const change = [
      // One of another form, that the ledger does not know, could be the cluster leg's own: those are left alone.
      { username: 'curfew:administrator:{{SessionNameRaw}}' },
      { groups: [...standing.groups, group] },
      { policies: ['arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'] },
    ][Math.floor(of / requesters.length) % 3];
    if (change) entries.edit(key, change);
  }
}

function labelled(binding: Bound, label: string, value: string): RoleBinding {
  const { metadata } = binding;
  return { ...binding, metadata: { ...metadata, labels: { ...metadata.labels, [label]: value } } };
}

function annotated(binding: Bound, annotation: string, value: string): RoleBinding {
  const { metadata } = binding;
  return {
    ...binding,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotation]: value } },
  };
}
