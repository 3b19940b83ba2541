import { describe, expect, it } from 'vitest';
import { errorTable } from '#domain/error-table.ts';
import * as errors from '#domain/errors.ts';
import { nextStep, problemOf } from '#http/problem.ts';
import { aCaller } from '../builders/caller.ts';
import { aDoor, submission } from './signed-call.ts';

const alice = aCaller('alice');
const quiet = { error: () => {} };

describe('a problem', () => {
  it.each(Object.keys(errorTable))('of %s says what happened, to what, and what to do next', (name) => {
    const Failure = Object.entries(errors).find(([key]) => key === name)?.[1] as new (
      message: string,
      options: errors.FailureOptions,
    ) => Error;
    const failure = new Failure('It happened to X.', { details: { requestId: 'X' } });
    const { problem } = problemOf(failure, 'GET /x', quiet);
    expect(problem).toEqual({
      type: `urn:curfew:problem:${name}`,
      title: errorTable[name as keyof typeof errorTable].title,
      status: errorTable[name as keyof typeof errorTable].status,
      code: name,
      detail: 'It happened to X.',
      next: nextStep[name as keyof typeof nextStep],
      details: { requestId: 'X' },
    });
    expect(problem.next.length).toBeGreaterThan(10);
  });

  it('of the unknown tells nothing but where to look, and is logged with it', async () => {
    const door = aDoor();
    const error = new Error('password=hunter2 at table-7');
    door.world.faults.at('records.commit', 1, 'before', error);
    const response = await door.post('/v1/requests', submission, alice);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toMatch(/hunter2|table-7|stack/);
    const [[, facts] = []] = door.logged;
    expect(facts).toMatchObject({ error, route: 'POST /v1/requests' });
    expect(JSON.parse(text).instance).toBe(facts?.instance);
  });

  it('of a look-alike that is not ours is unknown, too', () => {
    const fake = Object.assign(new Error('secret'), { name: 'InvalidInput' });
    const { problem } = problemOf(fake, 'GET /x', quiet);
    expect(problem.status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('of a service that does not answer says when to come back', async () => {
    const door = aDoor();
    door.world.faults.at('records.commit');
    const response = await door.post('/v1/requests', submission, alice);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('of reading who calls fails closed', async () => {
    const door = aDoor();
    door.world.faults.at('identities.role');
    expect((await door.post('/v1/requests', submission, alice)).status).toBe(503);
    expect(door.world.inside.records.requests.size).toBe(0);
  });

  it('of an unknown path points to the document', async () => {
    const response = await aDoor().get('/v2/requests', alice);
    expect(response.status).toBe(404);
    expect((await response.json()).next).toContain('/v1/openapi.json');
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'of %s on a known path names the methods it knows',
    async (method) => {
      const response = await aDoor().call(method, '/v1/requests', {}, alice);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST, GET, HEAD');
    },
  );
});

describe('every answer', () => {
  it.each([
    ['GET', '/v1/whoami'],
    ['POST', '/v1/requests'],
    ['GET', '/nowhere'],
    ['DELETE', '/v1/requests'],
    ['GET', '/review/unknown'],
  ])('of %s %s is not stored, framed, sniffed or told on', async (method, path) => {
    const { headers } = await aDoor().call(method, path, {}, alice);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
