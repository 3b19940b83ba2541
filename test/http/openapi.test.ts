import { describe, expect, it } from 'vitest';
import { createApp, routes } from '#http/app.ts';
import { openApiDocument } from '#http/openapi.ts';
import { createWebhookApp } from '#http/webhooks.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { aDoor } from './signed-call.ts';

const document = openApiDocument(routes);

describe('the OpenAPI document', () => {
  it('and the app know the same operations, both ways', () => {
    const app = createApp(aWorld(), { log: { error: () => {} } });
    const silent = { info: () => {}, warn: () => {} };
    const mounted = [...app.routes, ...createWebhookApp(aWorld(), silent).routes]
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...new Set(mounted)].sort()).toEqual(documented.sort());
  });

  it('refers only to what it holds', () => {
    const refs = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(refs.length).toBeGreaterThan(5);
    for (const ref of refs) {
      const name = /#\/components\/schemas\/(\w+)"$/.exec(ref)?.[1] ?? '';
      expect(Object.keys(document.components.schemas), ref).toContain(name);
    }
  });

  it('names each operation once, and states each path parameter', () => {
    const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
      Object.values(byMethod).map((operation) => ({ path, operation })),
    );
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of operations) {
      const parameters = (operation.parameters ?? []) as { name: string; in: string }[];
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });

  it('needs a signature everywhere but behind links, and of webhooks, which have one of their own', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        expect(operation.security).toEqual(/^\/(review|passkey|v1\/webhooks)\//.test(path) ? [] : undefined);
      }
    }
    expect(document.security).toEqual([{ sigv4: [] }]);
  });

  it('is served as it is', async () => {
    const response = await aDoor().get('/v1/openapi.json', aCaller('alice'));
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });
});
