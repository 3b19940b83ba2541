import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { errorTable } from '#domain/error-table.ts';
import { routes } from '#http/app.ts';
import { gatewayTable } from '#http/gateway-problems.ts';
import { httpTable } from '#http/problem.ts';
import { pageRoutes } from '#http/review-page-routes.ts';
import { commonProblems } from '#http/route.ts';
import { webhookRoute } from '#http/webhook-route.ts';

const text = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('| `'));

describe('docs/api.md', () => {
  it('lists every operation, and no other', () => {
    const listed = rows.filter((row) => row.includes('`GET ') || row.includes('`POST '));
    const known = [...routes, ...pageRoutes, webhookRoute].map(
      ({ method, path, name }) => `| \`${method} ${path}\` | \`${name}\` |`,
    );
    expect(listed.map((row) => `${row.split('|', 3).join('|')}|`).sort()).toEqual(known.sort());
  });

  it('lists every problem that an operation answers with, with its status', () => {
    const statuses: Record<string, number> = { Internal: 500 };
    for (const [code, { status }] of Object.entries({ ...errorTable, ...httpTable, ...gatewayTable }))
      statuses[code] = status;
    const answered = new Set([
      ...commonProblems,
      ...routes.flatMap((route) => route.problems),
      'NoSuchPath',
      'MethodNotAllowed',
      ...Object.keys(gatewayTable),
    ]);
    const listed = rows.flatMap((row) => {
      const [, code, status] = /^\| `(\w+)` \| (\d{3}) \|/.exec(row) ?? [];
      return code ? [[code, Number(status)]] : [];
    });
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries([...answered].map((code) => [code, statuses[code]])),
    );
  });
});
