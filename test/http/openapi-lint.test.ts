/** The OpenAPI document, held to the rules of the field by the linter of Redocly: all of them, but for those that are off here, each with its reason. */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { routes } from '#http/app.ts';
import { type OpenApiDocument, openApiDocument } from '#http/openapi.ts';

const off: Record<string, string> = {
  'info-contact': 'Whom to ask is up to whoever deploys it.',
  'operation-description': 'Each has its summary, in a sentence; a second text would say it again.',
  'path-segment-plural': 'Verbs such as /revoke and /v1 itself are no collections.',
  'path-http-verbs-order': 'In the order of the routes, which is the order of what one does.',
  'request-mime-type': 'It would allow one for all; the form of a review page is a form.',
  'response-mime-type':
    'It would allow one for all; a review page is a page, and a problem is one of RFC 9457.',
  'operation-4xx-problem-details-rfc7807':
    'Review pages answer people, in pages. The test below holds all others to it.',
  'required-string-property-missing-min-length': 'Nothing reads the shortest length of what an answer holds.',
  'scalar-property-missing-example':
    'docs/api.md has whole examples, which are parsed; 250 of one word each help nobody.',
};

async function lint(document: OpenApiDocument, rules: Record<string, 'off'> = {}): Promise<string[]> {
  const config = await createConfig({ extends: ['all'], rules });
  const found = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return found.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`);
}

const rules = Object.fromEntries(Object.keys(off).map((rule) => [rule, 'off' as const]));
const document = openApiDocument(routes);

describe('the OpenAPI document', () => {
  it('has nothing that its linter finds', async () => {
    expect(await lint(document, rules)).toEqual([]);
  });

  it('would be found out', async () => {
    const broken = structuredClone(document);
    const whoami = broken.paths['/v1/whoami']?.get ?? {};
    whoami.responses = { default: {} };
    whoami.operationId = 'showCatalog';
    const found = (await lint(broken, rules)).join('\n');
    expect(found).toMatch(/operation-4xx-response/);
    expect(found).toMatch(/operation-operationId-unique/);
  });

  it('is let off only what it is found to do', async () => {
    const found = new Set((await lint(document)).map((line) => line.split(':')[0]));
    expect(Object.keys(off).filter((rule) => !found.has(rule))).toEqual([]);
  });

  it('has a problem of RFC 9457 for every refusal of its API', () => {
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, { responses }] of Object.entries(operations))
        for (const [status, { content }] of Object.entries(
          responses as Record<string, { content: Record<string, unknown> }>,
        )) {
          const page = /^\/(review|passkey)\//.test(path);
          if (Number(status) >= 400 && !page)
            expect([method, path, status, Object.keys(content)]).toEqual([
              method,
              path,
              status,
              ['application/problem+json'],
            ]);
        }
  });
});
