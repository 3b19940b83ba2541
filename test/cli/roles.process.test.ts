/** What the CLI says of roles: what they let one do and can lead to, and which of them to ask for. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const refused = (what: string, where = 'in the namespace "payments"') =>
  `Error from server (Forbidden): ${what.split(' ').at(-1)} is forbidden: User "alice" cannot ${what.replace(/ (\S+)$/, ' resource "$1"')} in API group "" ${where}\n`;

test.concurrent('roles tells of one role what it lets one do, and to what it can lead', async () => {
  const { stdout } = await house.cli(['roles', 'deployer']);
  expect(stdout).toMatch(/In short +Can read and change deployments\. By itself it can't read secrets/);
  expect(stdout).toMatch(/Allows +Read and change deployments \(get, list, patch\)/);
  expect(stdout).toMatch(
    /Beware +This role can change what .* Accepted in the catalog: Rolling out is changing what runs\./,
  );
});

test.concurrent('approve shows what the role can lead to before it asks', async () => {
  const role = ['--role', 'deployer', '--cluster', 'payments-prod', '-n', 'payments', '--for', '5m'];
  const asked = ['request', ...role, '--reason', 'r', '--ticket', 'INC-1', '--no-wait', '-o', 'json'];
  const { id } = JSON.parse((await house.cli(asked)).stdout);
  const { stdout, code } = await house.cli(['approve', id, '--yes'], { as: 'rita' });
  expect(code).toBe(0);
  expect(stdout).toMatch(/Beware +This role can change what .* Accepted in the catalog: Rolling out/);
});

test.concurrent('suggest makes a whole command of what was piped in, and asks for nothing', async () => {
  const via = await house.door(() => undefined);
  const { stdout, stderr, code } = await house.cli(['request', '--suggest'], {
    input: refused('list events'),
    via,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(
    'To list events in payments:\n  curfew request --role event-reader --allow "list events" --cluster payments-prod -n payments --for 30m --reason "<why>"\n',
  );
  expect(stdout).toContain('For all that event-reader lets one do, leave --allow out:');
  expect(stdout).toContain('event-reader: Can read events.');
  expect(new Set(via.calls.map(({ method }) => method))).toEqual(new Set(['GET']));
});

test.concurrent('suggest keeps what was given: message, reason, time, cluster', async () => {
  const given = [
    '--cluster',
    'payments-test',
    '--for',
    '1h',
    '--reason',
    'It costs $5 & "more"',
    '-o',
    'json',
  ];
  const { stdout } = await house.cli(['request', '--suggest', refused('get pods'), ...given]);
  expect(JSON.parse(stdout)).toMatchObject({
    suggestions: [
      {
        kind: 'role',
        role: 'pod-reader',
        calls: [{ verb: 'get', resource: 'pods', namespace: 'payments' }],
        allow: ['get pods'],
        command:
          'curfew request --role pod-reader --allow "get pods" --cluster payments-test -n payments --for 1h --reason "It costs \\$5 & \\"more\\""',
      },
    ],
    without: [],
  });
});

test.concurrent.each([
  [
    'no role allows',
    refused('delete secrets'),
    5,
    /To delete secrets: no role that can be asked for allows it/,
  ],
  [
    'is for the whole cluster',
    refused('list nodes', 'at the cluster scope'),
    5,
    /list nodes: it is for the whole cluster/,
  ],
  [
    'is no resource',
    'forbidden: User "alice" cannot get path "/metrics"',
    2,
    /\/metrics is for the whole cluster/,
  ],
  ['is no refusal', 'No resources found', 2, /kubectl get pods 2>&1 \| curfew request --suggest/],
])('suggest says so when what was asked %s', async (_, input, exit, words) => {
  const { stderr, code } = await house.cli(['request', '--suggest'], { input });
  expect(stderr).toMatch(words);
  expect(code).toBe(exit);
});
