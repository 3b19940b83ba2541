/** One person, one record, under every name; and whoever may be the same as who asks can't answer. */
import { describe, expect, it } from 'vitest';
import { eligibleReviewers } from '#domain/catalog.ts';
import { mayBeSame, personOf } from '#domain/people.ts';
import { aCatalog } from '../builders/catalog.ts';

const people = { 'alice@example.com': { aliases: ['asmith', 'a.smith@corp.example'] } };

describe('a name of a person', () => {
  it.each(['asmith', 'ASmith', ' a.smith@corp.example ', 'Alice@Example.com'])('%j is hers', (name) => {
    expect(personOf(people, name)).toBe('alice@example.com');
  });
  it.each(['smith', 'alice', 'alice@example.org', '__proto__', 'constructor'])('%j is not hers', (name) => {
    expect(personOf(people, name)).not.toBe('alice@example.com');
  });
});

describe('two names', () => {
  it.each([
    ['alice@example.com', 'ALICE@example.com'],
    ['alice@example.com', 'alice+prod@example.com'],
    ['alice+a@example.com', 'alice+b@example.com'],
    ['alice@example.com', ' ａｌｉｃｅ＠example.com '],
  ])('%j and %j may be one person (N03, N41)', (a, b) => expect(mayBeSame(a, b)).toBe(true));
  it.each([
    ['alice@example.com', 'alice@example.org'],
    ['alice@example.com', 'alice2@example.com'],
  ])('%j and %j are two', (a, b) => expect(mayBeSame(a, b)).toBe(false));
});

describe('whoever asks', () => {
  const catalog = aCatalog((c) => {
    c.reviewers['payments-leads'] = { members: ['rita@example.com', 'rob@example.com'] };
    c.people = { 'rita@example.com': { aliases: ['rmiller'] } };
  });
  const needs = [{ count: 1, from: ['payments-leads'] }];
  it.each([
    [{ person: 'rita@example.com', sessionName: 'rita@example.com' }],
    [{ person: 'rita@example.com', sessionName: 'rmiller' }],
    [{ person: 'rita+x@example.com', sessionName: 'rita+x@example.com' }],
    // Nobody vouches for the session name; it may still be she.
    [{ sessionName: 'rita@example.com' }],
    [{ sessionName: 'RMiller' }],
  ])('as %j is not among those who answer (N02, N03)', (requester) => {
    expect(eligibleReviewers(catalog, needs, requester)).toEqual(['rob@example.com']);
  });
  it('as somebody else changes nothing', () => {
    expect(eligibleReviewers(catalog, needs, { sessionName: 'build-42' })).toHaveLength(2);
  });
});
