/** The catalog of a memory world: small, with one role of each kind that behaves differently. */
import { type Catalog, catalogSchema } from '#domain/catalog.ts';

const sample = {
  version: 1,
  clusters: {
    'payments-prod': { description: 'Payments, production', protectedNamespaces: ['vault'] },
    'payments-test': { description: 'Payments, test', eksName: 'payments-test-eks', region: 'eu-west-1' },
  },
  roles: {
    'pod-reader': {
      description: 'Look at pods, their logs and services.',
      duty: 'debugging',
      rules: [
        {
          apiGroups: [''],
          resources: ['pods', 'pods/log', 'services'],
          verbs: ['get', 'list', 'watch'],
        },
      ],
      clusters: ['payments-prod', 'payments-test'],
      namespaces: ['payments', 'checkout'],
      maxDuration: '4h',
      reviews: { required: 1, from: ['payments-leads'] },
      workloads: true,
    },
    deployer: {
      description: 'Restart and scale deployments.',
      duty: 'deployment',
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'patch'] }],
      accepts: [{ escalation: 'E14-change-deployments', reason: 'Rolling out is changing what runs.' }],
      clusters: ['payments-prod'],
      namespaces: ['payments'],
      maxDuration: '1h',
      reviews: { required: 2, from: ['payments-leads'] },
      workloads: true,
      ticketRequired: true,
      breakGlass: {
        maxDuration: '30m',
        notify: ['oncall@example.com'],
        afterReview: { from: ['payments-leads'], within: '24h' },
      },
    },
    'event-reader': {
      description: 'Look at events; granted without review.',
      duty: 'monitoring',
      rules: [{ apiGroups: [''], resources: ['events'], verbs: ['get', 'list'] }],
      clusters: ['payments-prod'],
      namespaces: ['payments'],
      maxDuration: '30m',
      reviews: { required: 0 },
    },
  },
  reviewers: { 'payments-leads': { members: ['rita@example.com', 'rob@example.com'] } },
  operators: ['pat@example.com'],
};

/** As it would be written; a new copy each time. */
export const rawSampleCatalog = () => structuredClone(sample);

/** A new, parsed copy each time. */
export function sampleCatalog(): Catalog {
  return catalogSchema.parse(rawSampleCatalog());
}
