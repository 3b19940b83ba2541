import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '#http/strict-json.ts';
import { aCaller } from '../builders/caller.ts';
import { aDoor, submission } from './signed-call.ts';

const alice = aCaller('alice');
const json = (text: string) => parseStrictJson(new TextEncoder().encode(text));

async function faultsOf(body: unknown, headers: Record<string, string> = {}) {
  const door = aDoor();
  const response = await door.post('/v1/requests', body, alice, headers);
  expect(response.status).toBe(400);
  expect(door.world.inside.records.requests.size).toBe(0);
  const problem = await response.json();
  expect(problem).toMatchObject({
    code: 'InvalidInput',
    detail: expect.stringContaining('POST /v1/requests'),
  });
  return problem.details.faults as { path: string; message: string }[];
}

describe('a body', () => {
  it('is told all its faults at once, each with its place', async () => {
    const faults = await faultsOf(
      { cluster: '', namespaces: ['Bad_Name', 'payments'], role: 7, duration: 'soon', extra: 1 },
      { 'idempotency-key': 'two words' },
    );
    expect(faults.map(({ path }) => path).sort()).toEqual(
      ['cluster', 'duration', 'extra', 'headers.idempotency-key', 'namespaces.0', 'reason', 'role'].sort(),
    );
  });

  it.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json; charset=latin1',
  ])('is refused with the content type %j', async (type) => {
    expect(await faultsOf(submission, { 'content-type': type })).toMatchObject([
      { path: 'headers.content-type' },
    ]);
  });

  it('is taken with the content types that mean JSON in UTF-8', async () => {
    for (const type of ['application/json', 'Application/JSON; charset=UTF-8']) {
      expect((await aDoor().post('/v1/requests', submission, alice, { 'content-type': type })).status).toBe(
        201,
      );
    }
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"cluster":"payments'],
    ['a comment', `/* */${JSON.stringify(submission)}`],
    ['a trailing comma', '{"cluster":"payments-prod",}'],
    ['a byte order mark', `\uFEFF${JSON.stringify(submission)}`],
    ['a list', '[]'],
    ['null', 'null'],
    ['a name given twice', JSON.stringify(submission).replace('{', '{"role":"deployer",')],
    ['a name given twice in escapes', JSON.stringify(submission).replace('{', '{"r\\u006fle":"deployer",')],
    ['__proto__', JSON.stringify(submission).replace('{', '{"__proto__":{"role":"deployer"},')],
    ['constructor', JSON.stringify(submission).replace('{', '{"constructor":{"prototype":{}},')],
    ['half a character', JSON.stringify(submission).replace('Checkout', '\\ud800heckout')],
    ['too deep a nesting', `${'['.repeat(50)}${']'.repeat(50)}`],
  ])('is refused with %s', async (_what, body) => {
    expect(await faultsOf(body)).not.toHaveLength(0);
  });

  it('is refused when it is not UTF-8', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(submission));
    bytes[bytes.indexOf('C'.charCodeAt(0))] = 0xff;
    expect(await faultsOf(bytes)).toEqual([{ path: '', message: 'The body is not UTF-8.' }]);
  });

  it.each(['one\r\ntwo', 'one\ntwo', 'a\u0000b', 'a\u2028b', 'a\u202eb', 'a\u200bb', '\u001b[31mred', '  '])(
    'is refused with the reason %j',
    async (reason) => {
      expect(await faultsOf({ ...submission, reason })).toMatchObject([{ path: 'reason' }]);
    },
  );

  it('keeps markup in a reason as the text it is', async () => {
    const reason = `<script>alert(1)</script> "&' \${jndi:ldap://x} %s {{7*7}} javascript:alert(1)`;
    const response = await aDoor().post('/v1/requests', { ...submission, reason }, alice);
    expect((await response.json()).asked.reason).toBe(reason);
  });

  it('is refused above its limit, with and without a stated length', async () => {
    const body = JSON.stringify({ ...submission, reason: 'x'.repeat(20_000) });
    for (const headers of [{}, { 'content-length': String(body.length) }]) {
      const door = aDoor();
      const response = await door.post('/v1/requests', body, alice, headers);
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ code: 'BodyTooLarge' });
    }
  });

  it('is refused with a reason that is too long', async () => {
    expect(await faultsOf({ ...submission, reason: 'x'.repeat(501) })).toMatchObject([{ path: 'reason' }]);
  });
});

describe('strict JSON', () => {
  it('finds what JSON.parse passes over, wherever it is', () => {
    expect(json('{"a":[{"b":1},{"b":1,"c":{"d":2,"d":3}}]}').faults).toMatchObject([{ path: 'a.1.c.d' }]);
    expect(json('{"a":[0,"\\udc00"]}').faults).toMatchObject([{ path: 'a.1' }]);
    expect(json('[[],{"x":{"__proto__":null}}]').faults).toMatchObject([{ path: '1.x.__proto__' }]);
  });

  it('is not misled by brackets, quotes and names inside texts', () => {
    const value = {
      a: '{"a":1,"a":2}',
      b: ['\\"', '}],{', '\\\\'],
      c: { a: 1 },
      d: [{ a: 1 }, { a: 2 }],
      e: '"a":',
    };
    expect(json(JSON.stringify(value))).toEqual({ value, faults: [] });
  });

  it('goes sixteen levels deep and no deeper', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(json(nested(16)).faults).toEqual([]);
    expect(json(nested(17)).faults).toMatchObject([{ message: 'Nested deeper than 16 levels.' }]);
    expect(json(nested(5000)).faults).toHaveLength(1);
  });

  it('takes the same name in two objects', () => {
    expect(json('{"x":{"a":1},"y":{"a":1}}').faults).toEqual([]);
  });
});
