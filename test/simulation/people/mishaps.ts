/** What goes wrong beside faults of calls: things done by hand on the cluster, in EKS, in Step Functions, in IAM. */

import { type EntryKey, entryContentOf } from '#domain/access-entry.ts';
import { isOurs, marks } from '#domain/role-binding.ts';
import { narrowView, widenView } from '../../builders/foreign-role.ts';
import { byHand, type Cloud } from '../cloud/cloud.ts';
import { settings } from '../cloud/twins.ts';
import { callers, catalogs, eksClusters, requesters } from './cast.ts';
import type { Deeds } from './deeds.ts';
import { Disorderly } from './disorder.ts';
import type { Mishap } from './history.ts';

export class Mishaps {
  readonly #cloud: Cloud;
  readonly #deeds: Deeds;
  /** What others put there, as it has to stay. */
  readonly planted = new Map<string, string>();
  readonly #disorderly: Disorderly;
  #anew = 0;

  constructor(cloud: Cloud, deeds: Deeds) {
    this.#cloud = cloud;
    this.#deeds = deeds;
    this.#disorderly = new Disorderly(cloud, deeds, this.planted);
  }

  happen(mishap: Mishap, requestIds: readonly string[]): void {
    const { scheduler, story, fates } = this.#cloud;
    story.tell(() => `mishap: ${words(mishap)}`);
    fates.note(this.#cloud.second);
    switch (mishap.what) {
      case 'stop the execution':
      case 'lose the execution':
      case 'forget the execution':
        this.#execution(mishap, requestIds);
        return;
      case 'delete a binding':
      case 'strip a binding':
        this.#binding(mishap);
        return;
      case 'delete an entry':
        this.#entry(mishap.of);
        return;
      case 'plant an entry':
        this.#plantEntry(mishap.of);
        return;
      case 'plant a binding':
        this.#plantBinding(mishap.of);
        return;
      case 'make the role anew':
        this.#newRole(mishap.of);
        return;
      case 'cluster unreachable':
      case 'fences down': {
        const cluster = this.#payments();
        const property = mishap.what === 'fences down' ? 'fenced' : 'reachable';
        cluster[property] = false;
        const over = fates.begin(this.#cloud.second);
        scheduler.in(mishap.seconds * 1000, () => {
          cluster[property] = true;
          over(this.#cloud.second);
        });
        return;
      }
      case 'widen a role':
        this.#widen(true);
        scheduler.in(mishap.seconds * 1000, () => this.#widen(false));
        return;
      case 'catalog':
        this.#cloud.deploy(catalogs[mishap.catalog]);
        scheduler.in(mishap.seconds * 1000, () => this.#cloud.deploy(catalogs.usual));
        return;
      default:
        this.#disorderly.happen(mishap.what, mishap.of, requestIds);
    }
  }

  /** As its owners do, on a cluster where nobody has to ask them; and take back. */
  #widen(more: boolean): void {
    const cluster = this.#payments();
    if (more) widenView(cluster);
    else narrowView(cluster);
    if (more) this.#deeds.widen('payments-prod', this.#cloud.scheduler.now);
    this.#cloud.landed(byHand);
  }

  #payments() {
    const cluster = this.#cloud.twins.clusters.get('payments-prod');
    if (!cluster) throw new Error('There is no cluster payments-prod.');
    return cluster;
  }

  #note(what: Parameters<Deeds['spoil']>[0]['what'], of: string): void {
    this.#deeds.spoil({ at: this.#cloud.scheduler.now, what, of });
  }

  #execution({ what, of }: { what: string; of: number }, ids: readonly string[]): void {
    const id = ids[of % Math.max(1, ids.length)];
    if (id === undefined) return;
    const { stepFunctions } = this.#cloud;
    if (what === 'stop the execution') stepFunctions.stop(id);
    else stepFunctions.lose(id, what === 'lose the execution' ? 'hangs' : 'is gone');
  }

  #binding({ what, of }: { what: string; of: number }): void {
    const { roleBindings, fenced } = this.#payments();
    // Admission lets nobody edit them.
    if (what === 'strip a binding' && fenced) return;
    const ours = [...roleBindings].filter(([key]) => !this.planted.has(`binding ${key}`));
    const [key, binding] = ours[of % Math.max(1, ours.length)] ?? [];
    if (key === undefined || !binding) return;
    this.#note('binding', key);
    if (what === 'delete a binding') roleBindings.delete(key);
    else {
      // Without labels nobody can tell whose it is, so that it needs its administrator, who comes after a while.
      roleBindings.set(key, { ...binding, metadata: { ...binding.metadata, labels: {} } });
      const over = this.#cloud.fates.begin(this.#cloud.second);
      this.#cloud.scheduler.in(300_000, () => {
        if (roleBindings.get(key)?.metadata.uid === binding.metadata.uid) roleBindings.delete(key);
        over(this.#cloud.second);
        this.#cloud.landed(byHand);
      });
    }
    this.#cloud.landed(byHand);
  }

  #keyOf(of: number): EntryKey {
    const name = requesters[of % requesters.length] ?? 'alice';
    return { ...eksClusters['payments-prod'], principalArn: callers[name].principal.arn };
  }

  #entry(of: number): void {
    const key = this.#keyOf(of);
    if (!this.#cloud.twins.entries.on(key) || this.planted.has(`entry ${key.principalArn}`)) return;
    this.#note('entry', key.principalArn);
    void this.#cloud.twins.entries.delete(key);
    this.#cloud.landed(byHand);
  }

  #plantEntry(of: number): void {
    const key = this.#keyOf(of);
    const { entries } = this.#cloud.twins;
    // As EKS does: one entry per principal.
    if (entries.on(key)) return;
    const ofTheirs = [
      {},
      { tags: { 'curfew:managed-by': 'curfew', 'curfew:deployment': 'another' } },
      // Of our form, so that grants use it; and never ours.
      { ...entryContentOf(key.principalArn, settings.deployment), tags: {} },
    ][of % 3];
    entries.plant(key, ofTheirs);
    this.planted.set(`entry ${key.principalArn}`, JSON.stringify(entries.on(key)));
    this.#note('entry', key.principalArn);
    this.#cloud.landed(byHand);
  }

  #plantBinding(of: number): void {
    const { roleBindings, fenced } = this.#payments();
    // Admission keeps these names for Curfew.
    if (of % 2 === 1 && fenced) return;
    const name = of % 2 === 0 ? `team-${of}` : 'curfew-01ARZ3NDEKTSV4RRFFQ69G5FAV'.toLowerCase();
    const labels = {
      [marks.managedBy]: 'curfew',
      [marks.deployment]: 'another',
      [marks.request]: name.slice(7),
    };
    const key = `payments/${name}`;
    if (roleBindings.has(key)) return;
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1' as const,
      kind: 'RoleBinding' as const,
      metadata: {
        name,
        namespace: 'payments',
        uid: `foreign-${of}`,
        labels: of % 2 === 0 ? {} : labels,
        annotations: {},
      },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' as const, kind: 'ClusterRole' as const, name: 'view' },
      subjects: [
        {
          apiGroup: 'rbac.authorization.k8s.io' as const,
          kind: 'User' as const,
          name: 'someone@example.com',
        },
      ],
    };
    if (isOurs(binding, 'memory', name.slice(7))) return;
    roleBindings.set(key, binding);
    this.planted.set(`binding ${key}`, JSON.stringify(binding));
    this.#cloud.landed(byHand);
  }

  /** Deleted and made again under its name: another unique id; EKS's entry for the old one is dead. */
  #newRole(of: number): void {
    const name = requesters[of % requesters.length] ?? 'alice';
    const { principal } = callers[name];
    this.#anew += 1;
    this.#note('identity', principal.arn);
    this.#cloud.twins.identities.add({
      ...principal,
      roleId: `AROAANEW${String(this.#anew).padStart(12, '0')}`,
    });
  }
}

function words(mishap: Mishap): string {
  const { what, atSecond: _, ...rest } = mishap;
  return `${what} ${JSON.stringify(rest)}`;
}
