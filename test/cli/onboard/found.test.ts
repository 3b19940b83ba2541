/** What is found in AWS before onboarding: each way of not being right is said with what to do. */
import { describe, expect, test } from 'vitest';
import { ClusterNotReady, InvalidInput } from '#domain/errors.ts';
import { eksClusterOf } from '../../../cli/onboard/cluster-access.ts';
import { deploymentOf } from '../../../cli/onboard/deployment.ts';
import { changedPaths } from '../../../cli/onboard/difference.ts';

const right = {
  status: 'ACTIVE',
  endpoint: 'https://example.eks.amazonaws.com',
  certificateAuthority: { data: 'Y2E=' },
  accessConfig: { authenticationMode: 'API' },
};
const read = (found: Parameters<typeof eksClusterOf>[0]) => eksClusterOf(found, 'payments', 'eu-central-1');

describe('A cluster in EKS', () => {
  test.each(['API', 'API_AND_CONFIG_MAP'])('is taken with authentication mode %s', (authenticationMode) => {
    expect(read({ ...right, accessConfig: { authenticationMode } })).toEqual({
      eksName: 'payments',
      region: 'eu-central-1',
      endpoint: right.endpoint,
      certificateAuthority: 'Y2E=',
    });
  });

  test.each<[string, Parameters<typeof eksClusterOf>[0], string]>([
    ['is missing', undefined, 'There is no EKS cluster "payments" in eu-central-1'],
    ['is being made', { ...right, status: 'CREATING' }, 'is CREATING'],
    ['has no endpoint yet', { ...right, endpoint: undefined }, 'does not say where'],
    ['has no certificate authority', { ...right, certificateAuthority: {} }, 'does not say where'],
    [
      'takes no access entries',
      { ...right, accessConfig: { authenticationMode: 'CONFIG_MAP' } },
      'aws eks update-cluster-config --region eu-central-1 --name payments',
    ],
    ['does not say whether it takes them', { ...right, accessConfig: undefined }, 'takes no access entries'],
  ])('that %s is not ready', (_, found, says) => {
    expect(() => read(found)).toThrow(ClusterNotReady);
    expect(() => read(found)).toThrow(says);
  });
});

describe('The outputs of a stack', () => {
  const outputs = {
    Deployment: 'curfew',
    BindRoleRoleArn: 'arn:aws:iam::111122223333:role/curfew-BindRole',
    DefineRoleRoleArn: 'arn:aws:iam::111122223333:role/curfew-DefineRole',
    UnbindRoleRoleArn: 'arn:aws:iam::111122223333:role/curfew-UnbindRole',
    SurveyClusterRoleArn: 'arn:aws:iam::111122223333:role/curfew-SurveyCluster',
  };
  test('name the deployment', () => {
    expect(deploymentOf({ ...outputs, ApiUrl: 'x' }, 'Stack')).toEqual({
      id: 'curfew',
      bindRoleArn: outputs.BindRoleRoleArn,
      defineRoleArn: outputs.DefineRoleRoleArn,
      unbindRoleArn: outputs.UnbindRoleRoleArn,
      surveyClusterArn: outputs.SurveyClusterRoleArn,
    });
  });

  test.each([
    ['of another stack', {}, 'BindRoleRoleArn is missing'],
    [
      'with a user instead of a role',
      { ...outputs, BindRoleRoleArn: 'arn:aws:iam::111122223333:user/x' },
      'is not the ARN',
    ],
    ['with an id that no label can hold', { ...outputs, Deployment: 'Not an id' }, 'is not an id'],
    [
      'of a version without SurveyCluster',
      { ...outputs, SurveyClusterRoleArn: undefined },
      'SurveyClusterRoleArn is missing',
    ],
    [
      'with one role for two functions',
      { ...outputs, UnbindRoleRoleArn: outputs.BindRoleRoleArn },
      'must have roles of their own',
    ],
    [
      'with the rights to bind for the function that makes roles',
      { ...outputs, DefineRoleRoleArn: outputs.BindRoleRoleArn },
      'must have roles of their own',
    ],
    [
      'with the rights to delete for the function that only reads',
      { ...outputs, SurveyClusterRoleArn: outputs.UnbindRoleRoleArn },
      'must have roles of their own',
    ],
  ])('%s are refused', (_, given, says) => {
    expect(() => deploymentOf(given, 'Stack')).toThrow(InvalidInput);
    expect(() => deploymentOf(given, 'Stack')).toThrow(says);
  });
});

test('differences are named by their paths', () => {
  const from = { spec: { rules: [{ verbs: ['get'] }], mode: 'Fail' } };
  const to = { spec: { rules: [{ verbs: ['list'] }], mode: 'Fail', more: {} } };
  expect(changedPaths(from, to)).toEqual(['spec.more', 'spec.rules[0].verbs[0]']);
  expect(changedPaths({ a: [1] }, { a: [1, 2] })).toEqual(['a']);
  expect(changedPaths({ a: null }, { a: {} })).toEqual(['a']);
  expect(changedPaths(from, structuredClone(from))).toEqual([]);
});
