/** Who is told what happens: a queue for each, signed, retried and put aside, and a topic that chat can read. */
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { commentedTypes } from '#domain/ticket-comment.ts';
import { functionNamed, ofType, readable, synthesized, withReceivers } from './synthesized.ts';

const made = synthesized({ catalog: withReceivers(), chatTopic: true }, { validated: true });
const plain = synthesized();

const queues = ofType(made, 'AWS::SQS::Queue').filter(([id]) => /^Outgoing/.test(id));
const rules = ofType(made, 'AWS::Events::Rule')
  .filter(([, { Properties }]) => Properties.EventBusName !== undefined)
  .map(([id, { Properties }]) => ({ id, ...Properties })) as unknown as {
  id: string;
  EventPattern: { source: string[]; detail?: Record<string, string[]> };
  Targets: {
    InputTransformer: { InputTemplate: string; InputPathsMap: object };
    DeadLetterConfig?: object;
  }[];
}[];
const ruleOf = (part: string) => {
  const found = rules.find(({ id }) => id.startsWith(`Outgoing${part}`));
  if (!found) throw new Error(`No rule ${part}.`);
  return found;
};

describe('a receiver', () => {
  it('has a queue of its own, encrypted, from which what was tried often enough is put aside', () => {
    const own = queues.filter(([id]) => /Receiver|Tickets/.test(id));
    expect(own).toHaveLength(3);
    for (const [, { Properties }] of own)
      expect(Properties).toMatchObject({
        SqsManagedSseEnabled: true,
        RedrivePolicy: { maxReceiveCount: 20 },
        VisibilityTimeout: 360,
        MessageRetentionPeriod: 345_600,
      });
  });

  it('is told by its name in the catalog, of everything or of what it asked for', () => {
    const siem = ruleOf('Receiversiem');
    expect(siem.EventPattern.source).toEqual(['curfew']);
    expect(siem.EventPattern.detail?.type).toEqual(expect.arrayContaining(['grant-active', 'kill-ordered']));
    expect(ruleOf('Receiverpager').EventPattern.detail?.type).toEqual(['failed']);
    const [target] = siem.Targets;
    expect(target?.InputTransformer.InputTemplate).toMatch(/^\{"to":"siem","told":<[\w-]+>\}$/);
    expect(Object.values(target?.InputTransformer.InputPathsMap ?? {})).toEqual(['$.detail']);
    expect(target?.DeadLetterConfig).toBeDefined();
  });

  it('is sent to by a function that can read the secrets of receivers and take from their queues, and nothing else', () => {
    const allowed = permissionsOf('SendWebhook');
    expect(allowed).not.toMatch(/dynamodb|events:|api\/jira|webhooks\/jira|Tickets/);
    expect(allowed).toContain('secret:curfew/receivers/siem-??????');
    expect(allowed).toContain('sqs:ChangeMessageVisibility');
  });

  it('that is slow takes two functions at once at most, and one message that fails not the others of its batch', () => {
    const mappings = ofType(made, 'AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => Properties)
      .filter(({ ScalingConfig }) => ScalingConfig !== undefined);
    expect(mappings).toHaveLength(3);
    for (const mapping of mappings)
      expect(mapping).toMatchObject({
        ScalingConfig: { MaximumConcurrency: 2 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
    expect(functionNamed(made, 'SendWebhook').Properties.Timeout * 6).toBeLessThanOrEqual(360);
  });
});

describe('a ticket system', () => {
  it('is told the steps that tickets are told of, for its own tickets', () => {
    expect(ruleOf('Ticketsjira').EventPattern.detail).toEqual({
      ticketSources: ['jira'],
      type: commentedTypes,
    });
    expect(rules.filter(({ id }) => id.startsWith('OutgoingTickets'))).toHaveLength(1);
  });

  it('is written to by a function with the secret of that API alone', () => {
    const allowed = permissionsOf('CommentTicket');
    expect(allowed).toContain('secret:curfew/api/jira-??????');
    expect(allowed).not.toMatch(/receivers|webhooks|events:|Query|states/);
  });
});

describe('chat', () => {
  it('gets a sentence of ours for each event in a thread for each request, on a topic that is encrypted', () => {
    const [[, topic] = []] = ofType(made, 'AWS::SNS::Topic').filter(([id]) => id.startsWith('Outgoing'));
    expect(topic?.Properties.KmsMasterKeyId).toBeDefined();
    const [target] = ruleOf('ChatOfRequest').Targets;
    const { InputTemplate = '', InputPathsMap = {} } = target?.InputTransformer ?? {};
    // Of what people wrote nothing gets there: it would be read as markup.
    expect(Object.values(InputPathsMap).sort()).toEqual([
      '$.detail.id',
      '$.detail.request.id',
      '$.detail.text',
      '$.detail.type',
    ]);
    const filled = InputTemplate.replace(/<[^>]+>/g, '"x"');
    expect(JSON.parse(filled)).toMatchObject({
      version: '1.0',
      source: 'custom',
      content: { description: 'x' },
    });
  });

  it('can be written to by rules of this bus alone', () => {
    const [[, key] = []] = ofType(made, 'AWS::KMS::Key').filter(([id]) => id.startsWith('Outgoing'));
    expect(JSON.stringify(key?.Properties.KeyPolicy)).toMatch(/"aws:SourceArn".*rule\//);
  });
});

describe('the stack with all of them', () => {
  it('breaks no rule of the field', () => {
    const { violations } = new AwsSolutionsChecks(made.app).validateScope(made.stack);
    expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
  });

  it('is without functions, queues and keys for what nobody asked for', () => {
    expect(ofType(plain, 'AWS::SQS::Queue').filter(([id]) => id.startsWith('Outgoing'))).toEqual([]);
    expect(ofType(plain, 'AWS::KMS::Key').filter(([id]) => id.startsWith('Outgoing'))).toEqual([]);
  });
});

function permissionsOf(name: string): string {
  const policies = ofType(made, 'AWS::IAM::Policy').filter(([id]) => id.startsWith(`${name}Role`));
  const statements = policies.flatMap(
    ([, { Properties }]) => Properties.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[],
  );
  const listed = (value: unknown) => (Array.isArray(value) ? value : [value]);
  return statements
    .flatMap(({ Action, Resource }) =>
      listed(Resource).map((resource) => `${listed(Action).join()} on ${readable(resource)}`),
    )
    .join('\n');
}
