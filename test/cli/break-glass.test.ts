/** Whether break-glass is meant: asked at a terminal, and only the word itself is a yes. */
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#domain/errors.ts';
import { confirmBreakGlass, type Meant } from '../../cli/break-glass.ts';
import { CancelledByUser } from '../../cli/failures.ts';
import type { Session } from '../../cli/session.ts';

const body = {
  cluster: 'prod',
  namespaces: ['payments'],
  role: 'debugger',
  duration: '5m',
  reason: 'It is down',
};
const breakGlass = { maxDurationSeconds: 1800, afterReviewFrom: ['leads'], afterReviewWithinSeconds: 86_400 };

function at(interactive: boolean): { session: Session; said: string[] } {
  const said: string[] = [];
  const terminal = { interactive, progress: (line: string) => said.push(line) };
  const api = () => ({ catalog: async () => ({ roles: [{ name: 'debugger', breakGlass }] }) });
  return { session: { terminal, api } as unknown as Session, said };
}
const typing = (text: string): Meant => ({ yes: false, ask: async () => text });
const never: Meant['ask'] = async () => {
  throw new Error('Nobody is to be asked.');
};

describe('break-glass at a terminal', () => {
  it.each(['break-glass', 'Break-Glass'])('goes on when %s is typed', async (word) => {
    const { session, said } = at(true);
    await confirmBreakGlass(session, body, typing(word));
    expect(said.join('\n')).toMatch(/debugger on prod at once.*Longest: +30m.*one of leads reviews/s);
  });
  it.each(['', 'y', 'yes', 'break glass', 'debugger'])('stops when %j is typed', async (word) => {
    await expect(confirmBreakGlass(at(true).session, body, typing(word))).rejects.toThrow(CancelledByUser);
  });
});

it('asks nobody where that can not be done, and goes on with --yes only', async () => {
  await expect(confirmBreakGlass(at(false).session, body, { yes: false, ask: never })).rejects.toThrow(
    InvalidInput,
  );
  const { session, said } = at(false);
  await confirmBreakGlass(session, body, { yes: true, ask: never });
  expect(said).not.toEqual([]);
});
