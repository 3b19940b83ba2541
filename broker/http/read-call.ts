/** Parses what a call brings, whole: every fault of path, query, headers and body is reported at once. */
import type { HonoRequest } from 'hono';
import type * as z from 'zod';
import { InvalidInput } from '#domain/errors.ts';
import type { Call, Route } from './route.ts';
import { type Fault, parseStrictJson } from './strict-json.ts';

type Input = Omit<Call<unknown, unknown, unknown>, 'caller'>;

const keyPattern = /^[\x21-\x2b\x2d-\x7e]{1,128}$/;
const keyRule = 'Use 1 to 128 visible ASCII characters without a comma, such as a UUID.';

function faultsOf(prefix: string, error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = [prefix, ...issue.path].filter((part) => part !== '').join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: 'This name is not known here.',
    }));
  });
}

function parse(schema: z.ZodType, value: unknown, prefix: string, faults: Fault[]): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  faults.push(...faultsOf(prefix, result.error));
  return undefined;
}

function readQuery(route: Route, request: HonoRequest, faults: Fault[]): unknown {
  const given = request.queries();
  const single: [string, string][] = [];
  for (const [name, values] of Object.entries(given)) {
    const [value, ...others] = values;
    if (others.length > 0) faults.push({ path: `query.${name}`, message: 'Give this once.' });
    else if (!route.query) faults.push({ path: `query.${name}`, message: 'This name is not known here.' });
    else if (value !== undefined) single.push([name, value]);
  }
  return route.query ? parse(route.query, Object.fromEntries(single), 'query', faults) : undefined;
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(contentType?.trim() ?? '');
}

async function readBody(schema: z.ZodType, request: HonoRequest, faults: Fault[]): Promise<unknown> {
  if (!isJson(request.header('content-type'))) {
    faults.push({ path: 'headers.content-type', message: 'Send application/json in UTF-8.' });
    return undefined;
  }
  const parsed = parseStrictJson(new Uint8Array(await request.arrayBuffer()));
  if (!('value' in parsed)) {
    faults.push(...parsed.faults);
    return undefined;
  }
  return parse(schema, parsed.value, '', faults);
}

function readKey(request: HonoRequest, faults: Fault[]): string | undefined {
  const key = request.header('idempotency-key');
  if (key !== undefined && !keyPattern.test(key)) {
    faults.push({ path: 'headers.idempotency-key', message: keyRule });
  }
  return key;
}

/** Throws InvalidInput with details.faults: every one, as {path, message}. */
export async function readCall(route: Route, request: HonoRequest): Promise<Input> {
  const faults: Fault[] = [];
  const params = route.params ? parse(route.params, request.param(), 'path', faults) : undefined;
  const query = readQuery(route, request, faults);
  const idempotencyKey = route.idempotent ? readKey(request, faults) : undefined;
  const body = route.body ? await readBody(route.body, request, faults) : undefined;
  if (faults.length > 0) {
    const list = faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    throw new InvalidInput(`${route.method} ${route.path} was not understood. ${list.join(' ')}`, {
      details: { faults },
    });
  }
  return { params, query, body, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
}
