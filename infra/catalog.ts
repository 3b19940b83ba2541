/** The catalog at synthesis: checked whole, and kept as it was written for the functions, which parse it themselves. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Catalog } from '#domain/catalog.ts';
import { readCatalog } from '#domain/catalog-file.ts';
import { InvalidInput } from '#domain/errors.ts';

export interface DeployedCatalog {
  catalog: Catalog;
  /** The file's content as JSON: what lies beside the bundles. */
  json: string;
}

/** Throws InvalidInput naming every fault by line, or that there is no such file. */
export function loadCatalog(file: string): DeployedCatalog {
  const text = textOf(file);
  return { catalog: readCatalog(text, file), json: JSON.stringify(parse(text)) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidInput(
      `The catalog ${file} can't be read. Write one, or name yours with -c catalog=<file>.`,
      { cause },
    );
  }
}
