/** Who asks by a ticket: by what their system vouches for, and by nothing that they or others can choose (N41, N43). */
import { describe, expect, it } from 'vitest';
import { askerOf } from '#domain/asks/asker.ts';

const people = {
  'alice@example.com': { aliases: ['github:583231', 'jira:70121:5c1d', 'alice@corp.example.com'] },
  'bob@example.com': { aliases: ['pagerduty:pbob001'] },
};

describe('a user of a ticket system', () => {
  it('is the person whose alias names the system and the id', () => {
    expect(askerOf(people, 'github', { id: '583231' })).toBe('alice@example.com');
    expect(askerOf(people, 'jira', { id: '70121:5C1D' })).toBe('alice@example.com');
    expect(askerOf(people, 'pagerduty', { id: 'PBOB001' })).toBe('bob@example.com');
  });

  it('is nobody by the id of another system (N09)', () => {
    expect(askerOf(people, 'pagerduty', { id: '583231' })).toBeUndefined();
    expect(askerOf(people, 'servicenow', { id: 'github:583231' })).toBeUndefined();
  });

  it('is the person of the address that the system has made sure of, under whichever of their names', () => {
    expect(askerOf(people, 'jira', { id: 'x', address: 'Alice@Corp.Example.com' })).toBe('alice@example.com');
    expect(askerOf(people, 'jira', { id: 'x', address: 'carol@example.com' })).toBe('carol@example.com');
  });

  it('is whom the id says, whatever the address is: that can pass to somebody else', () => {
    expect(askerOf(people, 'github', { id: '583231', address: 'bob@example.com' })).toBe('alice@example.com');
  });

  it.each([
    ['no name that is mapped', { id: 'alice' }],
    ['a login in place of the number', { id: 'alice@example.com' }],
    ['no address', { id: 'x', address: '' }],
    ['an address that is none', { id: 'x', address: 'alice' }],
    ['an address that folds into another (N41)', { id: 'x', address: 'ａlice@example.com' }],
    ['an address with a letter that only looks alike (N41)', { id: 'x', address: 'аlice@example.com' }],
    ['an address with a sign that is not seen (N41)', { id: 'x', address: 'alice\u200b@example.com' }],
    ['an id that folds into another (N41)', { id: '５83231' }],
    ['several addresses', { id: 'x', address: 'bob@example.com alice@example.com' }],
  ])('with %s is nobody', (_, user) => {
    expect(askerOf(people, 'github', user)).toBeUndefined();
  });
});
