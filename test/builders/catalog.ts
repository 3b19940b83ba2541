/** The example catalog, with whatever a test wants otherwise. */
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import type { Catalog } from '#domain/catalog.ts';

export function aCatalog(change: (catalog: Catalog) => void = () => {}): Catalog {
  const catalog = sampleCatalog();
  change(catalog);
  return catalog;
}
