/** The stack as `cdk synth` makes it, without bundling: quick, and with the project's own CDK flags. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadCatalog } from '../../infra/catalog.ts';
import { CurfewStack } from '../../infra/curfew-stack.ts';
import { noPolicy } from '../../infra/organisation-policy.ts';
import { readSettings } from '../../infra/settings.ts';

const root = new URL('../../', import.meta.url);
const { context: flags } = JSON.parse(readFileSync(new URL('cdk.json', root), 'utf8'));

/** Where assemblies and what they are made of go; nothing of them is left. */
export const out = mkdtempSync(join(tmpdir(), 'curfew-infra-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

export const exampleCatalog = new URL('curfew.yaml', root).pathname;

/** The example catalog, with receivers of webhooks and comments on tickets. */
export function withReceivers(): string {
  const file = join(mkdtempSync(join(out, 'catalog-')), 'curfew.yaml');
  const catalog = parse(readFileSync(exampleCatalog, 'utf8'));
  const api = { host: 'example.atlassian.net', apiSecretName: 'curfew/api/jira' };
  Object.assign(catalog.ticketing.sources.jira, { ...api, comments: true });
  catalog.receivers = {
    siem: { url: 'https://siem.example.com/curfew', secretName: 'curfew/receivers/siem' },
    pager: { url: 'https://pager.example.com/in', secretName: 'curfew/receivers/pager', events: ['failed'] },
  };
  writeFileSync(file, stringify(catalog));
  return file;
}

export function appWith(settings: Record<string, unknown> = {}, { validated = false } = {}): App {
  return new App({
    outdir: mkdtempSync(join(out, 'cdk.out-')),
    context: {
      ...flags,
      settings: { mailFrom: 'curfew@example.com', catalog: exampleCatalog, ...settings },
      'aws:cdk:bundling-stacks': [],
      // Its findings are faults, not warnings.
      '@aws-cdk/core:validateAgainstDefaultRules': true,
    },
    // Seconds for each stack; stack.test.ts asks for it once.
    builtinCloudFormationValidation: validated,
  });
}

export interface Synthesized {
  app: App;
  stack: Stack;
  template: Template;
  resources: Record<string, Resource>;
}

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON of many shapes
  Properties: Record<string, any>;
  DeletionPolicy?: string;
}

const known = new Map<string, Synthesized>();

/** One stack for each choice of settings, however often a file asks: nobody changes what is made. */
export function synthesized(
  given: Record<string, unknown> = {},
  options: { validated?: boolean } = {},
): Synthesized {
  const choice = JSON.stringify([given, options]);
  const made = known.get(choice) ?? synthesize(given, options);
  known.set(choice, made);
  return made;
}

function synthesize(given: Record<string, unknown>, options: { validated?: boolean }): Synthesized {
  const app = appWith(given, options);
  const settings = readSettings(app.node);
  const catalog = loadCatalog(settings.catalog);
  const stack = new CurfewStack(app, 'Curfew', { settings, catalog, policy: noPolicy });
  const template = Template.fromStack(stack);
  return { app, stack, template, resources: template.toJSON().Resources };
}

/** Resources of one type by logical id. */
export function ofType({ resources }: Synthesized, type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

/** A function's resources have its name as prefix of their logical ids; CDK adds the kind and a hash. */
export function functionNamed(made: Synthesized, name: string): Resource {
  const found = ofType(made, 'AWS::Lambda::Function').find(
    ([, { Properties }]) => Properties.Description === `Curfew: ${name}`,
  );
  if (!found) throw new Error(`The template has no function ${name}.`);
  return found[1];
}

/** Intrinsics as short text: `<OpenGrantFunction.Arn>`, without the hashes that CDK puts behind names. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const node = value as Record<string, unknown>;
  if (typeof node.Ref === 'string') return `<${unhashed(node.Ref)}>`;
  if (Array.isArray(node['Fn::GetAtt'])) {
    const [id, attribute] = node['Fn::GetAtt'];
    return `<${unhashed(String(id))}.${attribute}>`;
  }
  if (Array.isArray(node['Fn::Join'])) {
    const [delimiter, parts] = node['Fn::Join'] as [string, unknown[]];
    return parts.map((part) => String(readable(part))).join(delimiter);
  }
  if (Array.isArray(node['Fn::Select'])) return '<part of the stack id>';
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, readable(inner)]));
}

function unhashed(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}
