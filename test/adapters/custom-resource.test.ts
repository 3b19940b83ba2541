import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerCustomResource } from '#adapters/custom-resource.ts';

interface Answer {
  contentType: string | undefined;
  body: Record<string, unknown>;
}

const answers: Answer[] = [];
let status = 200;
const server = createServer(async (request: IncomingMessage, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  answers.push({
    contentType: request.headers['content-type'],
    body: JSON.parse(Buffer.concat(chunks).toString()),
  });
  response.writeHead(status).end();
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=s`;
});
afterAll(() => new Promise((closed) => server.close(closed)));

const event = (RequestType: string, more: object = {}) => ({
  RequestType,
  ResponseURL: url,
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'PlanKey',
  ResourceProperties: { keyId: 'k' },
  ...more,
});

describe('a custom resource', () => {
  it('answers with the attributes that were made, in the form that the signed address allows', async () => {
    await answerCustomResource(event('Create'), {
      make: async ({ keyId }) => ({ PublicKey: `public half of ${keyId}` }),
    });
    expect(answers.at(-1)).toEqual({
      contentType: undefined,
      body: {
        StackId: 'stack',
        RequestId: 'request',
        LogicalResourceId: 'PlanKey',
        PhysicalResourceId: 'PlanKey',
        Status: 'SUCCESS',
        Data: { PublicKey: 'public half of k' },
      },
    });
  });

  it('answers a fault too, so that the stack does not wait for an hour', async () => {
    await answerCustomResource(event('Update', { PhysicalResourceId: 'before' }), {
      make: async () => {
        throw new Error('no such key');
      },
    });
    expect(answers.at(-1)?.body).toMatchObject({
      Status: 'FAILED',
      Reason: 'Error: no such key',
      PhysicalResourceId: 'before',
    });
  });

  it('has nothing to do for a deletion, unless it says so', async () => {
    const make = async () => {
      throw new Error('must not be called');
    };
    await answerCustomResource(event('Delete'), { make });
    expect(answers.at(-1)?.body).toMatchObject({ Status: 'SUCCESS' });
    const remove = async () => {
      throw new Error('still needed');
    };
    await answerCustomResource(event('Delete'), { make, remove });
    expect(answers.at(-1)?.body).toMatchObject({ Status: 'FAILED', Reason: 'Error: still needed' });
  });

  it('fails when its answer is not taken', async () => {
    status = 403;
    await expect(answerCustomResource(event('Delete'), { make: async () => ({}) })).rejects.toThrow(
      /HTTP 403/,
    );
  });
});
