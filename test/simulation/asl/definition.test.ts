/** The runner reads the deployed file as it is, and refuses whatever it would not carry out as Step Functions does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { definitionFile } from '../cloud/step-functions.ts';
import { readDefinition } from './definition.ts';

type Json = Record<string, unknown>;
const deployed = (): Json => JSON.parse(readFileSync(definitionFile, 'utf8'));

/** The deployed definition with the value at a path replaced. */
function changed(path: string, value: unknown): Json {
  const definition = deployed();
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: Json = definition;
  for (const key of keys) at = at[key] as Json;
  at[last] = value;
  return definition;
}

it('knows everything in the deployed definition', () => {
  expect(Object.keys(readDefinition(deployed()).States)).toContain('HoldGrant');
});

describe('refuses with its path', () => {
  it.each([
    ['a field it does not know', 'States.OpenGrant.HeartbeatSeconds', 5, 'HeartbeatSeconds'],
    ['a field of a retrier', 'States.OpenGrant.Retry.1.JitterStrategy', 'FULL', 'States.OpenGrant.Retry.1'],
    ['a type of state', 'States.IsStanding.Type', 'Parallel', 'States.IsStanding'],
    ['a resource', 'States.BindRole.Resource', 'arn:aws:states:::sns:publish', 'States.BindRole.Resource'],
    ['another query language', 'QueryLanguage', 'JSONPath', 'QueryLanguage'],
    ['a target that is not there', 'States.BindRole.Next', 'HoldGrand', 'there is no state HoldGrand'],
    ['two ways on', 'States.BindRole.End', true, 'States.BindRole: needs either Next or End'],
    [
      'States.ALL before others',
      'States.OpenGrant.Catch.0.ErrorEquals',
      ['States.ALL'],
      'States.OpenGrant.Catch.0.ErrorEquals: States.ALL stands alone and last',
    ],
    [
      'a reserved error',
      'States.OpenGrant.Catch.0.ErrorEquals',
      ['States.TaskFailed'],
      'States.OpenGrant.Catch.0',
    ],
    ['a timeout of zero', 'States.OpenGrant.TimeoutSeconds', 0, 'States.OpenGrant.TimeoutSeconds'],
    [
      'a function of JSONata',
      'States.OpenGrant.Arguments.Payload.requestId',
      '{% $uuid() %}',
      'States.OpenGrant.Arguments.Payload.requestId: the function $uuid is not known here',
    ],
    [
      'a filter in JSONata',
      'States.HoldGrant.Arguments.Payload.bindings',
      '{% $states.input.bindings[0] %}',
      'States.HoldGrant.Arguments.Payload.bindings: a path of more than a variable and names',
    ],
    [
      'an operator of JSONata',
      'States.OpenGrant.Arguments.Payload.requestId',
      "{% $requestId & 'x' %}",
      'the operator & is not known here',
    ],
    [
      'the result where there is none yet',
      'States.OpenGrant.Arguments.Payload.requestId',
      '{% $states.result.Payload %}',
      '$states.result is not there in this place',
    ],
    [
      'a context it does not keep',
      'States.OpenGrant.Arguments.Payload.requestId',
      '{% $states.context.Execution.Name %}',
      '$states.context.Execution.Name is not known here',
    ],
    [
      'a variable that nothing assigns',
      'States.OpenGrant.Arguments.Payload.requestId',
      '{% $requestID %}',
      '$requestID is never assigned',
    ],
    [
      'a broken expression',
      'States.OpenGrant.Output',
      '{% $states.result. %}',
      'States.OpenGrant.Output: not JSONata',
    ],
    ['an expression amid text', 'States.OpenGrant.Output', 'see {% $requestId %} here', 'amid text'],
  ])('%s', (_what, path, value, said) => {
    expect(() => readDefinition(changed(path, value))).toThrow(said);
  });
});
