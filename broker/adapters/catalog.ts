/** The catalog that was deployed with a function: `catalog.json` beside its bundle. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Catalog, catalogSchema } from '#domain/catalog.ts';

const besideTheBundle = new URL('catalog.json', import.meta.url);

/** Parsed once per container. Throws, with every fault, rather than work by half a catalog. */
export function deployedCatalog(file: URL = besideTheBundle): Catalog {
  const result = z.safeParse(catalogSchema, JSON.parse(readFileSync(file, 'utf8')));
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The deployed catalog can't be used: ${faults.join('; ')}`);
}
