/** JSON as a security boundary reads it: what two parsers could understand differently is a fault, not a choice. */

export interface Fault {
  /** Where, as `asked.namespaces.0`; empty for the whole. */
  path: string;
  message: string;
}

export type Parsed = { value: unknown; faults: [] } | { faults: [Fault, ...Fault[]] };

const deepest = 16;

/** Strings, brackets and commas of a text that JSON.parse has accepted; all else between them is of no interest here. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

interface Level {
  path: string;
  /** Names met so far; undefined in an array. */
  names: Set<string> | undefined;
  /** In an object: whether the next string is a name. */
  expectsName: boolean;
  name: string;
  index: number;
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);
const pathIn = (level: Level | undefined) =>
  level === undefined ? '' : join(level.path, level.names ? level.name : String(level.index));

function faultOfName(level: Level, name: string): string | undefined {
  if (level.names?.has(name)) return 'This name is given twice; which one counts would depend on the reader.';
  if (name === '__proto__') return 'This name is not allowed.';
  return undefined;
}

/** Faults that JSON.parse passes over: names given twice, `__proto__`, broken Unicode, too deep. */
function faultsOf(text: string): Fault[] {
  const faults: Fault[] = [];
  const levels: Level[] = [];
  for (const [token] of text.matchAll(tokens)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      const names = token === '{' ? new Set<string>() : undefined;
      levels.push({ path: pathIn(level), names, expectsName: token === '{', name: '', index: 0 });
      if (levels.length > deepest) return [{ path: '', message: `Nested deeper than ${deepest} levels.` }];
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (token === ',') {
      if (level?.names) level.expectsName = true;
      else if (level) level.index += 1;
    } else {
      const string = JSON.parse(token) as string;
      if (level?.expectsName) {
        level.expectsName = false;
        level.name = string;
        const message = faultOfName(level, string);
        if (message) faults.push({ path: pathIn(level), message });
        level.names?.add(string);
      }
      if (!string.isWellFormed()) {
        faults.push({
          path: pathIn(level),
          message: 'Contains half of a character (an unpaired surrogate).',
        });
      }
    }
  }
  return faults;
}

/** The value of a JSON text in UTF-8, or every fault that makes it ambiguous. */
export function parseStrictJson(bytes: Uint8Array): Parsed {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { faults: [{ path: '', message: 'The body is not UTF-8.' }] };
  }
  try {
    value = JSON.parse(text);
  } catch {
    return { faults: [{ path: '', message: 'The body is not JSON.' }] };
  }
  const [first, ...others] = faultsOf(text);
  return first ? { faults: [first, ...others] } : { value, faults: [] };
}
