/** What is put into a cluster for the janitor: bounded by the catalog, pinned, and without a right that it doesn't use. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bindRoleFence } from '#cluster/fences/bind-role.ts';
import { janitorImage, janitorManifests } from '#cluster/janitor/manifests.ts';
import { manifestsFor } from '#cluster/manifests.ts';
import { offerOn } from '#cluster/offer.ts';
import { ownNamespace } from '#domain/catalog.ts';
import { aCatalog } from '../builders/catalog.ts';

const catalog = aCatalog();
const offer = offerOn(catalog, 'payments-prod');
// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes of several kinds.
const objects = janitorManifests(offer, 'curfew', {}, janitorImage) as any[];
const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
const [container] = ofKind('CronJob')[0].spec.jobTemplate.spec.template.spec.containers;

describe('The janitor', () => {
  test('knows the longest duration that is offered on its cluster, and no secret', () => {
    const longest = Math.max(...offer.map(({ maxDurationSeconds }) => maxDurationSeconds));
    expect(container.command.slice(-2)).toEqual(['curfew', String(longest)]);
    expect(container).not.toHaveProperty('env');
  });

  test('runs the program as it stands in the repository, in an image that is pinned by its digest', () => {
    const file = new URL('../../cluster/janitor/end-overdue-grants.ts', import.meta.url);
    expect(Object.values(ofKind('ConfigMap')[0].data)).toEqual([readFileSync(file, 'utf8')]);
    expect(container.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  test('deletes in the namespaces of the catalog only, and reads grants only', () => {
    const rules = [...ofKind('Role'), ...ofKind('ClusterRole')].map(
      ({ metadata, rules: [rule, ...more] }) => {
        expect(more).toEqual([]);
        return `${metadata.namespace ?? 'everywhere'}: ${rule.verbs} ${rule.resources}`;
      },
    );
    const namespaces = [...new Set(offer.flatMap((role) => role.namespaces))].sort();
    expect(rules).toEqual([
      ...namespaces.map((namespace) => `${namespace}: delete rolebindings,roles`),
      'everywhere: get,list rolebindings,roles',
    ]);
  });

  test('is left out where it is not wanted, but for its fence', () => {
    const without = manifestsFor(catalog, 'payments-prod', 'curfew', undefined);
    expect(without.janitor).toEqual([]);
    expect(without.fences.map(({ metadata }) => metadata.name)).toContain('curfew-janitor');
  });

  test('lives where nothing is ever granted', () => {
    const { fences } = manifestsFor(catalog, 'payments-prod', 'curfew', janitorImage);
    const fence = JSON.stringify(fences.find(({ metadata }) => metadata.name === bindRoleFence));
    const [, listed = ''] = /namespace in \[([^\]]*)\]/.exec(fence) ?? [];
    expect(listed).toContain(ownNamespace);
  });
});
