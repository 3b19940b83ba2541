/** What API Gateway answers by itself: a problem like all others, whatever it refuses. */
import { describe, expect, it } from 'vitest';
import { gatewayProblems, gatewayTable } from '#http/gateway-problems.ts';
import { problemView } from '#http/problem.ts';
import { ofType, synthesized } from './synthesized.ts';

const responses = ofType(synthesized(), 'AWS::ApiGateway::GatewayResponse').map(
  ([, { Properties }]) => Properties,
);
const filledWith = (template: string, said: string) =>
  JSON.parse(template.replace('$context.error.messageString', () => said));

describe('an answer of API Gateway itself', () => {
  it.each(gatewayProblems)('%s is a problem of RFC 9457, with the status that it has', (code) => {
    const { status, types, title } = gatewayTable[code];
    for (const type of types) {
      const { StatusCode, ResponseTemplates, ResponseParameters } =
        responses.find(({ ResponseType }) => ResponseType === type) ??
        expect.fail(`There is none for ${type}.`);
      expect(StatusCode).toBe(String(status));
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.Cache-Control': "'no-store'",
      });
      const { 'application/json': template } = ResponseTemplates;
      for (const [said, detail] of [
        ['"Forbidden \\"x\\""', 'Forbidden "x"'],
        [' "Internal server error"', 'Internal server error'],
        ['null', null],
      ] as const)
        expect(problemView.parse(filledWith(template, said))).toMatchObject({ code, status, title, detail });
    }
  });

  it('is one for each of its types, and the defaults are among them', () => {
    const types = responses.map(({ ResponseType }) => ResponseType);
    expect(types.sort()).toEqual(gatewayProblems.flatMap((code) => gatewayTable[code].types).sort());
    expect(types).toEqual(expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX']));
  });

  it('holds for the deployed stage: a change of any is deployed anew', () => {
    const [[, deployment] = []] = ofType(synthesized(), 'AWS::ApiGateway::Deployment');
    const ids = ofType(synthesized(), 'AWS::ApiGateway::GatewayResponse').map(([id]) => id);
    expect((deployment as { DependsOn?: string[] } | undefined)?.DependsOn).toEqual(
      expect.arrayContaining(ids),
    );
  });
});
