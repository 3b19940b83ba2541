/** Reads `curfew.yaml`: every fault at once, each with its line. */
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { type Catalog, catalogSchema } from './catalog.ts';
import { InvalidInput } from './errors.ts';

export interface CatalogFault {
  /** 1-based line in the file. */
  line: number;
  /** `roles.pod-reader.maxDuration`; empty for faults of the whole file. */
  path: string;
  message: string;
}

type Document = ReturnType<typeof parseDocument>;

/** Offset of the deepest node on the path that exists: a missing key is reported at its parent. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** A key that is not known is a fault of its own line, not of the one where its map begins. */
function eachKey(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: `Unrecognized key: "${key}"` }));
}

function faultsOf(text: string): { catalog?: Catalog; faults: CatalogFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      faults: document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        path: '',
        message: (error.message.split('\n')[0] ?? error.message).replace(/ at line \d+, column \d+:?$/, ''),
      })),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return {
      faults: [{ line: 1, path: '', message: error instanceof Error ? error.message : String(error) }],
    };
  }
  const result = z.safeParse(catalogSchema, value);
  if (result.success) return { catalog: result.data, faults: [] };
  const faults = result.error.issues.flatMap(eachKey).map(({ path, message }) => ({
    line: lines.linePos(offsetOf(document, path)).line,
    path: path.join('.'),
    message,
  }));
  return { faults: faults.sort((a, b) => a.line - b.line) };
}

/** The catalog in a YAML text. Throws InvalidInput naming every fault as `file:line path: message`. */
export function readCatalog(text: string, file = 'curfew.yaml'): Catalog {
  const { catalog, faults } = faultsOf(text);
  if (catalog) return catalog;
  const list = faults.map((f) => `  ${file}:${f.line} ${f.path ? `${f.path}: ` : ''}${f.message}`).join('\n');
  throw new InvalidInput(
    `The catalog has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${list}`,
    {
      details: { faults },
    },
  );
}

/** JSON Schema of the file, for editors; published beside it as `curfew.schema.json`. */
export function catalogJsonSchema(): unknown {
  return z.toJSONSchema(catalogSchema, { io: 'input', target: 'draft-2020-12' });
}
