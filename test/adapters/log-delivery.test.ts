import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { logDelivery } from '#adapters/log-delivery.ts';
import { InvalidInput } from '#domain/errors.ts';

const packed = (value: unknown) => ({
  awslogs: { data: gzipSync(JSON.stringify(value)).toString('base64') },
});
const data = (changes: Record<string, unknown> = {}) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/payments-prod/cluster',
  logStream: 'kube-apiserver-audit-0123456789abcdef',
  subscriptionFilters: ['curfew'],
  logEvents: [{ id: '1', timestamp: 1, message: '{"kind":"Event"}' }],
  ...changes,
});

describe('a delivery of CloudWatch Logs', () => {
  it('names the cluster and holds its lines', () => {
    expect(logDelivery(packed(data()))).toEqual({ eksName: 'payments-prod', lines: ['{"kind":"Event"}'] });
  });

  it('that is a try, or of another log of the cluster, holds nothing', () => {
    expect(logDelivery(packed({ messageType: 'CONTROL_MESSAGE', logEvents: [] }))).toBeUndefined();
    expect(logDelivery(packed(data({ logStream: 'authenticator-0123' })))).toBeUndefined();
  });

  it('of any other log group is refused: its lines could say anything', () => {
    for (const logGroup of ['/aws/lambda/x', '/aws/eks/a/cluster/b', 'x/aws/eks/a/cluster'])
      expect(() => logDelivery(packed(data({ logGroup })))).toThrow(InvalidInput);
  });

  it('that can not be unpacked is refused', () => {
    for (const event of [
      {},
      { awslogs: { data: 'x' } },
      { awslogs: { data: 'H4sIAAAA' } },
      packed({ messageType: 'X' }),
    ])
      expect(() => logDelivery(event)).toThrow('no delivery of CloudWatch Logs');
  });
});
