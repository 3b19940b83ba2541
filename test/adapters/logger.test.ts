/** What gets into the log of a function. */
import { afterEach, expect, test, vi } from 'vitest';
import { faultFacts, functionLog } from '#adapters/logger.ts';
import { Unavailable } from '#domain/errors.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('an error is told by name, message and cause, without the request and headers that an SDK hangs on it', () => {
  const secret = 'AQ-secret-token';
  const cause = Object.assign(new Error('no such table'), {
    name: 'ResourceNotFoundException',
    $response: { headers: { authorization: secret } },
    taskToken: secret,
  });
  const facts = faultFacts(new Unavailable('Reading failed.', { cause, details: { taskToken: secret } }));
  expect(facts).toMatchObject({
    name: 'Unavailable',
    message: 'Reading failed.',
    cause: { name: 'ResourceNotFoundException', message: 'no such table' },
  });
  expect(JSON.stringify(facts)).not.toContain(secret);
});

test('what was thrown but is no error is not written out', () => {
  expect(faultFacts('AQ-secret-token')).toEqual({ name: 'string' });
});

test('a line of the log is JSON with the name of the function and the facts', () => {
  vi.stubEnv('POWERTOOLS_DEV', 'true'); // else it writes past the console that a test can watch
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(String(line)));
  functionLog('OpenGrant').error('OpenGrant failed', {
    requestId: '01K',
    error: new Unavailable('Not now.'),
  });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'ERROR',
    service: 'OpenGrant',
    message: 'OpenGrant failed',
    requestId: '01K',
    error: { name: 'Unavailable', message: 'Not now.' },
  });
});
