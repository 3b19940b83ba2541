/** The functions' configuration. */
import { expect, test } from 'vitest';
import { environment } from '#adapters/environment.ts';

const whole = {
  AWS_REGION: 'us-east-1',
  CURFEW_TABLE: 'curfew-table',
  CURFEW_PUBLIC_URL: 'http://curfew.invalid/prod',
  CURFEW_PLAN_PUBLIC_KEY: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
};

test('a function gets the settings it names, under their names', () => {
  expect(environment(['region', 'table', 'publicUrl', 'planPublicKey'], whole)).toEqual({
    region: 'us-east-1',
    table: 'curfew-table',
    publicUrl: whole.CURFEW_PUBLIC_URL,
    planPublicKey: whole.CURFEW_PLAN_PUBLIC_KEY,
  });
});

test('settings that a function does not name may be missing', () => {
  expect(environment(['table'], { CURFEW_TABLE: 't', CURFEW_PUBLIC_URL: 'nonsense' })).toEqual({
    table: 't',
  });
});

test('all faults are told at once, by variable', () => {
  const wrong = { ...whole, AWS_REGION: 'here', CURFEW_TABLE: '', CURFEW_STATE_MACHINE_ARN: 'x' };
  const read = () => environment(['region', 'table', 'auditBucket', 'stateMachineArn', 'publicUrl'], wrong);
  for (const variable of ['AWS_REGION', 'CURFEW_TABLE', 'CURFEW_AUDIT_BUCKET', 'CURFEW_STATE_MACHINE_ARN'])
    expect(read).toThrow(variable);
  expect(faultOf(read)).not.toContain('CURFEW_PUBLIC_URL');
});

test('no value is repeated in a fault', () => {
  const secret = 'hunter2-very-secret';
  const read = () =>
    environment(['planPublicKey', 'publicUrl', 'region', 'stateMachineArn', 'mailFrom', 'deployment'], {
      CURFEW_PLAN_PUBLIC_KEY: secret,
      CURFEW_PUBLIC_URL: secret,
      AWS_REGION: secret,
      CURFEW_STATE_MACHINE_ARN: secret,
      CURFEW_MAIL_FROM: secret,
      CURFEW_DEPLOYMENT: `${secret}!`,
    });
  expect(read).toThrow('CURFEW_PLAN_PUBLIC_KEY');
  expect(faultOf(read)).not.toContain(secret);
});

function faultOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return String(error);
  }
  throw new Error('It did not fail.');
}
