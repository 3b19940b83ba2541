/** Rego's built-in functions that compiled policies leave to their host: those of opa-wasm, and those about time. */

/** Nanoseconds since 1970, or with the IANA name of a zone. As JavaScript's numbers they keep every millisecond. */
type Nanoseconds = number | [nanoseconds: number, zone: string];

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Undefined, as in Rego, for what is no instant or no zone. */
export const timeBuiltins = {
  'time.parse_rfc3339_ns': (text: unknown) => {
    if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text))
      return undefined;
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : ms * 1e6;
  },
  'time.clock': (at: Nanoseconds) => partsOf(at)?.clock,
  'time.date': (at: Nanoseconds) => partsOf(at)?.date,
  'time.weekday': (at: Nanoseconds) => partsOf(at)?.weekday,
};

/** What a compiled policy may call. */
export const hostBuiltins: ReadonlySet<string> = new Set([
  'json.is_valid',
  'regex.split',
  'sprintf',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
  ...Object.keys(timeBuiltins),
]);

interface Parts {
  clock: number[];
  date: number[];
  weekday: string | undefined;
}

function partsOf(at: Nanoseconds): Parts | undefined {
  const [nanoseconds, zone] = Array.isArray(at) ? at : [at, 'UTC'];
  const local = wallClock(Math.floor(nanoseconds / 1e6), zone || 'UTC');
  if (!local) return undefined;
  return {
    clock: [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()],
    date: [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()],
    weekday: weekdays[local.getUTCDay()],
  };
}

/** What clocks in a zone show, as if it were UTC. */
function wallClock(ms: number, timeZone: string): Date | undefined {
  try {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    return new Date(`${format.format(ms).replace(' ', 'T')}Z`);
  } catch {
    return undefined;
  }
}
