/** Whether what one part of the catalog names is there in another: clusters, groups, environments, people. */
import type { Catalog } from './catalog.ts';
import { meet, membersOf, type ReviewNeed } from './policy/review-needs.ts';

export interface ReferenceFault {
  /** Keys and indexes from the top of the file. */
  path: (string | number)[];
  message: string;
}

export function referenceFaults(catalog: Catalog): ReferenceFault[] {
  return [...roleFaults(catalog), ...ruleFaults(catalog), ...peopleFaults(catalog)];
}

function roleFaults(catalog: Catalog): ReferenceFault[] {
  return Object.entries(catalog.roles).flatMap(([name, { clusters, reviews }]) => [
    ...clusters.flatMap((cluster, i) =>
      Object.hasOwn(catalog.clusters, cluster)
        ? []
        : [{ path: ['roles', name, 'clusters', i], message: `No cluster "${cluster}" under clusters.` }],
    ),
    ...needFaults(catalog, ['roles', name, 'reviews'], reviews),
  ]);
}

function ruleFaults(catalog: Catalog): ReferenceFault[] {
  return [
    ...Object.entries(catalog.clusters).flatMap(([name, { environment }]) =>
      environment === undefined || Object.hasOwn(catalog.environments, environment)
        ? []
        : [
            {
              path: ['clusters', name, 'environment'],
              message: `No environment "${environment}" under environments.`,
            },
          ],
    ),
    ...Object.entries(catalog.environments).flatMap(([name, { reviews = [] }]) =>
      needFaults(catalog, ['environments', name, 'reviews'], reviews),
    ),
    ...catalog.risk.thresholds.flatMap(({ reviews = [] }, i) =>
      needFaults(catalog, ['risk', 'thresholds', i, 'reviews'], reviews),
    ),
  ];
}

function needFaults(
  catalog: Catalog,
  path: ReferenceFault['path'],
  needs: readonly ReviewNeed[],
): ReferenceFault[] {
  // Written as one need, or as a list of them.
  const at = (i: number) => (needs.length === 1 ? path : [...path, i]);
  const unknown = needs.flatMap(({ from }, i) =>
    from.flatMap((group, j) =>
      Object.hasOwn(catalog.reviewers, group)
        ? []
        : [{ path: [...at(i), 'from', j], message: `No group "${group}" under reviewers.` }],
    ),
  );
  if (unknown.length > 0) return unknown;
  const people = membersOf(
    catalog,
    needs.flatMap(({ from }) => from),
  );
  if (meet(catalog, needs, new Set(people))) return [];
  const wanted = needs.map(({ count }) => count).join(' + ');
  return [
    {
      path: [...at(0), 'required'],
      message: `Needs ${wanted} approvals by different people, but its groups have ${people.length} people.`,
    },
  ];
}

/** Two people of one name would be one person to everything that keeps them apart. */
function peopleFaults({ people }: Catalog): ReferenceFault[] {
  const names = Object.entries(people).flatMap(([main, { aliases }]) =>
    aliases.map((alias) => [main, alias] as const),
  );
  return names.flatMap(([main, alias]) => {
    const other = names.find(([else_, same]) => same === alias && else_ !== main)?.[0];
    const taken = other ?? (alias !== main && Object.hasOwn(people, alias) ? alias : undefined);
    return taken === undefined
      ? []
      : [
          {
            path: ['people', main, 'aliases'],
            message: `"${alias}" is a name of ${taken} too; one name belongs to one person.`,
          },
        ];
  });
}
