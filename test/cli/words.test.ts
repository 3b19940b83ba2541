/** How the CLI writes times, tables and other people's text, and how it listens to signals. */
import { expect, test } from 'vitest';
import type { RequestView } from '#http/request-view.ts';
import { regionOfHost } from '../../cli/api/signed-call.ts';
import { firstRight } from '../../cli/cluster-question.ts';
import { AnsweredError, CancelledByUser, exitOf, NoAccess } from '../../cli/failures.ts';
import { isLoopback } from '../../cli/http-call.ts';
import { holdSignals, onSignals } from '../../cli/signals.ts';
import { safeText } from '../../cli/terminal/safe-text.ts';
import { table } from '../../cli/terminal/table.ts';
import { localTime, relative, roughly } from '../../cli/terminal/times.ts';
import { requestSummary } from '../../cli/views/request-summary.ts';
import { standing, what } from '../../cli/views/words.ts';
import { noAccess } from '../../cli/waiting/no-access.ts';
import { aRecord } from '../builders/request.ts';

test.each([
  ['\u001b]0;title\u0007', '\\u{1b}]0;title\\u{7}'],
  ['a\nb\r', 'a\\u{a}b\\u{d}'],
  ['pay\u202egnp.exe', 'pay\\u{202e}gnp.exe'],
  ['\u200bhidden\u2028', '\\u{200b}hidden\\u{2028}'],
  ['\u009b31m', '\\u{9b}31m'],
  ['Zoë — 支払い 🚒', 'Zoë — 支払い 🚒'],
])('text of others is shown, not obeyed: %j', (text, shown) => {
  expect(safeText(text)).toBe(shown);
});

test.each([
  [0, 'now'],
  [59_000, 'in 59s'],
  [58_001, 'in 59s'],
  [-1_500, '1s ago'],
  [3_600_000 + 59_000, 'in 1h'],
  [-250_000, '4m10s ago'],
  [3 * 86_400_000, 'in 3d'],
])('%i ms away is "%s"', (ms, words) => {
  const now = new Date('2026-11-21T12:00:00.000Z');
  expect(relative(new Date(now.getTime() + ms).toISOString(), now)).toBe(words);
});

test('the date is said only when it is another day, the year only when it is another year', () => {
  const now = new Date(2026, 10, 21, 23, 50, 0);
  const at = (...parts: [number, number, number, number, number, number]) => new Date(...parts).toISOString();
  expect(localTime(at(2026, 10, 21, 23, 59, 5), now)).toBe('23:59:05');
  expect(localTime(at(2026, 10, 22, 0, 20, 0), now)).toBe('22 Nov 00:20:00');
  expect(localTime(at(2027, 0, 1, 0, 0, 0), now)).toBe('1 Jan 2027 00:00:00');
  expect(roughly(125_000)).toBe('2m5s');
});

test('what is asked for is said with what it is held to', () => {
  const request = aRecord({ asked: { role: 'deployer', allow: ['get deployments', 'patch deployment/web'] } })
    .request as RequestView;
  expect(what(request)).toBe(
    'only get deployments; patch deployment/web of deployer on payments-prod, namespace payments',
  );
  const summary = requestSummary(request).join('\n');
  expect(summary).toContain('by a role made for this request, within deployer');
  expect(summary).toMatch(/Allows +Read deployments \(get\)/);
  expect(summary).not.toContain('get, list, patch');
});

test('a table lines up, and is cut where the terminal ends', () => {
  const rows = [
    ['1', 'short'],
    ['22222', 'evil\u001b[2J'],
  ];
  expect(table(['A', 'B'], rows, 0)).toEqual(['A      B', '1      short', '22222  evil\\u{1b}[2J']);
  expect(table(['A', 'B'], rows, 10)).toEqual(['A      B', '1      sh…', '22222  ev…']);
});

test.each([
  ['abc.execute-api.eu-west-1.amazonaws.com', 'eu-west-1'],
  ['abc.execute-api.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['abc.execute-api.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['abc-vpce-1.execute-api.eu-west-1.vpce.amazonaws.com', 'eu-west-1'],
  ['curfew.example.com', undefined],
  ['127.0.0.1', undefined],
])('the region of %s is %s', (host, region) => {
  expect(regionOfHost(host)).toBe(region);
});

test.each([
  ['localhost', true],
  ['abc.execute-api.localhost', true],
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['[::1]', true],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
])('plain http to %s: %s', (host, allowed) => {
  expect(isLoopback(host)).toBe(allowed);
});

test('the cluster is asked for the first thing that the role allows', () => {
  const rule = { apiGroups: [''], resources: ['pods/log'], verbs: ['get', 'list'], resourceNames: ['web-0'] };
  expect(firstRight([rule], 'payments')).toEqual({
    namespace: 'payments',
    verb: 'get',
    group: '',
    resource: 'pods',
    subresource: 'log',
    name: 'web-0',
  });
  expect(firstRight([], 'payments')).toBeUndefined();
});

test.each([
  [new NoAccess('no'), 5],
  [new CancelledByUser('stopped'), 130],
  [new AnsweredError('WrongStatus', 409, 'over'), 7],
  [new AnsweredError('ClusterUnfenced', 503, 'not fenced'), 8],
  [new AnsweredError('SomethingNewer', 409, 'newer API'), 7],
  [new AnsweredError('SomethingNewer', 500, 'newer API'), 8],
  [new Error('bug'), 1],
])('%s ends with exit code %i', (error, code) => {
  expect(exitOf(error)).toBe(code);
});

test.each([
  ['denied', 5],
  ['withdrawn', 5],
  ['timed-out', 5],
  ['revoked', 5],
  ['failed', 8],
] as const)('waiting for a request that ends %s ends with exit code %i', (status, code) => {
  const request: RequestView = { ...aRecord({}).request, status };
  expect(exitOf(noAccess(request))).toBe(code);
});

test('a signal that comes while nobody listens is told to the next who does', () => {
  const before = process.listenerCount('SIGTERM');
  const release = holdSignals();
  process.emit('SIGTERM', 'SIGTERM');
  const heard: string[] = [];
  const off = onSignals((name) => heard.push(name));
  process.emit('SIGINT', 'SIGINT');
  off();
  release();
  expect(heard).toEqual(['SIGTERM', 'SIGINT']);
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

test('says why access that is over could not be taken away, and since when', () => {
  const at = new Date(2026, 10, 21, 12, 0, 0).toISOString();
  const { request } = aRecord({ status: 'revoking' });
  const now = new Date(2026, 10, 21, 12, 30, 0);
  expect(standing(request as RequestView, now)).toBe('access is being taken away');
  const stuck = { ...request, standing: { since: at, at, reason: 'The cluster does not answer.' } };
  expect(standing(stuck as RequestView, now)).toMatch(
    /can not be taken away since .*: The cluster does not answer\./,
  );
});
