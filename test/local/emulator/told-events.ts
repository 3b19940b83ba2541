/** What EventBridge tells: a rule hands its events to a function, which hands them to the probe. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { account, region } from '#local/emulator/emulator.ts';
import { type ProbedCloud, pause } from './cloud.ts';

const longestMs = 4_000;

/** The detail of the first event of this pattern that `work` leads to; `nothing` when none has come 4 s after it. */
export async function toldBy(
  cloud: ProbedCloud,
  pattern: object,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const told = once(server, 'request').then(async ([request, response]) => {
    const detail: unknown = JSON.parse(await text(request));
    response.end();
    return detail;
  });
  try {
    await cloud.deploy('Watch', {
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: pattern,
          Targets: [
            {
              Id: 'tell',
              Arn: `arn:aws:lambda:${region}:${account}:function:obedient`,
              InputTransformer: {
                InputPathsMap: { detail: '$.detail' },
                InputTemplate: `{"how":"tell","url":"http://127.0.0.1:${port}/","what":<detail>}`,
              },
            },
          ],
        },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: 'obedient',
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
        },
      },
    });
    await work();
    return await Promise.race([told, pause(longestMs).then(() => 'nothing')]);
  } finally {
    server.close();
  }
}
