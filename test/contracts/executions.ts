/** What every state machine must do. */
import { expect, it } from 'vitest';
import type { Executions } from '#ports';

export interface ExecutionsUnderTest {
  executions: Executions;
  /** Token of the state that the request's execution waits in. */
  tokenOf(requestId: string): Promise<string>;
  /** What the waiting state ended with: the error and cause it was given, or that it succeeded. */
  endingOf(requestId: string): Promise<{ error?: string; cause?: string }>;
}

let made = 0;
function aRequest() {
  made += 1;
  return {
    id: `01KAJ00000000000000CONTR${String(made).padStart(2, '0')}`,
    reviewBy: '2036-11-21T08:00:00.000Z',
    asked: {},
  };
}

export function executionsContract(fresh: () => Promise<ExecutionsUnderTest>): void {
  it('starts one execution per request, however often it is asked', async () => {
    const { executions } = await fresh();
    const request = aRequest();
    expect(await executions.status(request.id)).toBe('absent');
    expect(await executions.start(request)).toBe('started');
    expect(await executions.status(request.id)).toBe('running');
    // AWS answers an equal start of a running execution as if it had started now.
    expect(['started', 'exists']).toContain(await executions.start(request));
    expect(await executions.status(request.id)).toBe('running');
  });

  it('answers a waiting state once; its token is gone after that', async () => {
    const { executions, tokenOf, endingOf } = await fresh();
    const request = aRequest();
    await executions.start(request);
    const token = await tokenOf(request.id);
    expect(await executions.succeed(token)).toBe('delivered');
    expect(await executions.succeed(token)).toBe('gone');
    expect(await executions.fail(token, 'Denied', 'too late')).toBe('gone');
    expect(await endingOf(request.id)).toEqual({});
    expect(await executions.status(request.id)).toBe('ended');
    expect(await executions.start(request)).toBe('exists');
  });

  it('fails a waiting state by name and cause', async () => {
    const { executions, tokenOf, endingOf } = await fresh();
    const request = aRequest();
    await executions.start(request);
    expect(await executions.fail(await tokenOf(request.id), 'Denied', 'rita@example.com said no')).toBe(
      'delivered',
    );
    expect(await endingOf(request.id)).toEqual({ error: 'Denied', cause: 'rita@example.com said no' });
    expect(await executions.status(request.id)).toBe('ended');
  });

  it('says gone for a token that no state waits for', async () => {
    const { executions } = await fresh();
    expect(await executions.succeed('no-such-token')).toBe('gone');
    expect(await executions.fail('no-such-token', 'Denied', 'x')).toBe('gone');
  });

  it('delivers one of two answers that come at the same time', async () => {
    const { executions, tokenOf } = await fresh();
    const request = aRequest();
    await executions.start(request);
    const token = await tokenOf(request.id);
    const answers = await Promise.all([executions.succeed(token), executions.fail(token, 'Denied', 'no')]);
    expect(answers.sort()).toEqual(['delivered', 'gone']);
  });
}
