import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { environmentSchema } from '#domain/catalog-rules.ts';
import { policyInputSchema, policySchemas, readVerdict, refusedBy } from '#domain/policy/organisation.ts';
import { policyExamples } from '#domain/policy/policy-examples.ts';
import { policyInput } from '#domain/policy/policy-input.ts';
import { aRequest } from '../builders/request.ts';

const docs = new URL('../../docs/', import.meta.url);

describe('the documents of a policy', () => {
  it.each(Object.entries(policySchemas()))('are published as they are: %s', (name, schema) => {
    // After a change of the documents: node infra/publish-policy-schemas.ts
    expect(JSON.parse(readFileSync(new URL(name, docs), 'utf8'))).toEqual(schema);
  });

  it.each(Object.entries(policyExamples))('have an example that follows them: %s', (_name, example) => {
    expect(policyInputSchema.parse(example)).toEqual(example);
    const conforms = new Ajv({ strict: false, formats: { 'date-time': true, email: true } }).compile(
      policySchemas()['policy-input.schema.json'] as object,
    );
    expect(conforms(example), JSON.stringify(conforms.errors)).toBe(true);
  });

  it('are shown in docs/policy.md by examples that hold', () => {
    const blocks = readFileSync(new URL('policy.md', docs), 'utf8').matchAll(/```json\n(.*?)```/gs);
    const [input, verdict, ...others] = [...blocks].map(([, json = '']) => JSON.parse(json));
    expect(others).toEqual([]);
    expect(input).toEqual(policyExamples.person);
    expect(readVerdict(verdict)).toMatchObject({ verdict: { allow: true, require: { maxDuration: 3600 } } });
  });

  it('never carry a key that another version could mean otherwise', () => {
    expect(policyInputSchema.safeParse({ ...policyExamples.person, more: 1 }).success).toBe(false);
    expect(readVerdict({ version: 1, allow: true, reasons: [], more: 1 })).toHaveProperty('fault');
  });
});

describe('a verdict', () => {
  it('of a policy that failed refuses, and says so in one sentence of the house', () => {
    const verdict = refusedBy('it has no answer');
    expect(verdict).toMatchObject({ version: 1, allow: false });
    expect(readVerdict(verdict)).toEqual({ verdict });
  });

  it('has its longest duration in seconds, once read', () => {
    expect(readVerdict({ version: 1, allow: true, reasons: [], require: { maxDuration: '1h30m' } })).toEqual({
      verdict: { version: 1, allow: true, reasons: [], require: { maxDuration: 5400 } },
    });
  });
});

describe('what a policy is told', () => {
  const catalog = sampleCatalog();
  const [roleName, role] = Object.entries(catalog.roles)[0] ?? [];
  if (!roleName || !role) throw new Error('The sample catalog has no role.');
  const rules = role.rules ?? [];
  const told = (of: Partial<Parameters<typeof policyInput>[0]> = {}) => {
    const { asked, requester } = aRequest({ asked: { role: roleName } });
    const now = '2026-11-21T14:00:00.000Z';
    const input = policyInput({ now, phase: 'submit', asked, requester, others: [], rules, catalog, ...of });
    if (!input) throw new Error('There is something to judge.');
    return input;
  };

  it('follows its schema, whatever a request has', () => {
    const startsAt = '2026-11-21T15:00:00.000Z';
    const asked = { ...aRequest().asked, startsAt, extends: 'an id', ticket: 'PAY-1', unheardOf: true };
    for (const input of [told(), told({ asked })]) expect(policyInputSchema.parse(input)).toEqual(input);
    expect(told({ asked }).request).toMatchObject({ startsAt, extends: 'an id', ticket: 'PAY-1' });
  });

  it('says who is one person, and who can not be known to be', () => {
    const { requester } = aRequest();
    expect(told({ requester: { ...requester, person: 'dana@example.com' } }).requester).toMatchObject({
      kind: 'person',
      person: 'dana@example.com',
    });
    const { principalArn = '', sessionName = '' } = requester;
    expect(told({ requester: { principalArn, sessionName } }).requester).toEqual({
      kind: 'workload',
      principalArn,
      sessionName,
    });
  });

  it('names what the requester holds now, and nothing that is over or not yet', () => {
    const others = (['pending', 'active', 'revoking', 'revoked'] as const).map((status) =>
      aRequest({ status, asked: { role: roleName } }),
    );
    const { live } = told({ others });
    expect(live).toHaveLength(2);
    expect(live[0]).toMatchObject({ requestId: others[1]?.id, role: roleName, duty: role.duty });
    const gone = others.map((other) => ({ ...other, asked: { ...other.asked, role: 'gone' } }));
    expect(told({ others: gone }).live[0]).not.toHaveProperty('duty');
  });

  it('is nothing where the catalog has no such role', () => {
    const { asked, requester } = aRequest({ asked: { role: 'gone' } });
    const now = '2026-11-21T14:00:00.000Z';
    expect(
      policyInput({ now, phase: 'submit', asked, requester, others: [], rules, catalog }),
    ).toBeUndefined();
  });

  it('says of a cluster what its environment is', () => {
    expect(told().cluster).toEqual({ name: 'payments-prod', production: false });
    const environments = { prod: environmentSchema.parse({ production: true }) };
    const clusters = { 'payments-prod': { environment: 'prod', protectedNamespaces: [] } };
    expect(told({ catalog: { ...catalog, environments, clusters } }).cluster).toEqual({
      name: 'payments-prod',
      environment: 'prod',
      production: true,
    });
  });
});
