import { describe, expect, it } from 'vitest';
import { durationInWords, untilInWords } from '#mail/instant-in-words.ts';
import { cautionsOf, rulesInWords } from '#mail/rules-in-words.ts';

const rule = (resources: string[], verbs: string[], resourceNames?: string[]) => ({
  resources,
  verbs,
  ...(resourceNames ? { resourceNames } : {}),
});

describe('rules in words', () => {
  it.each([
    [rule(['pods', 'services'], ['get', 'list', 'watch']), ['Read pods and services (get, list, watch)']],
    [rule(['deployments'], ['get', 'patch']), ['Read and change deployments (get, patch)']],
    [rule(['deployments/scale'], ['update']), ['Change the scale of deployments (update)']],
    [rule(['pods/exec'], ['create']), ['Run commands inside running pods (pods/exec: create)']],
    [
      rule(['pods', 'pods/portforward'], ['get', 'create']),
      [
        'Read and create pods (get, create)',
        'Open network connections into pods (pods/portforward: get, create)',
      ],
    ],
    [
      rule(['configmaps'], ['delete'], ['flags', 'banner']),
      ['Delete config maps (delete), only those named flags and banner'],
    ],
    [rule(['widgets'], ['frobnicate']), ['Frobnicate widgets (frobnicate)']],
    [rule(['constructor', 'toString'], ['valueOf']), ['ValueOf constructor and toString (valueOf)']],
  ])('%j', (given, lines) => {
    expect(rulesInWords([given])).toEqual(lines);
  });
});

describe('cautions', () => {
  it.each([
    [rule(['secrets'], ['list']), /secrets/],
    [rule(['secrets'], ['watch']), /secrets/],
    [rule(['pods/exec'], ['get']), /commands inside pods/],
    [rule(['pods/ephemeralcontainers'], ['patch']), /commands inside pods/],
    [rule(['pods/portforward'], ['create']), /over the network/],
    [rule(['cronjobs'], ['create']), /keeps running after/],
    [rule(['rolebindings'], ['create']), /outlive/],
    [rule(['serviceaccounts/token'], ['create']), /outlive/],
    [rule(['pods'], ['deletecollection']), /Deletes/],
  ])('of %j', (given, says) => {
    expect(cautionsOf([rule(['pods'], ['get']), given])).toEqual([expect.stringMatching(says)]);
  });

  it('are none for harmless reading', () => {
    expect(cautionsOf([rule(['pods', 'pods/log', 'services', 'events'], ['get', 'list', 'watch'])])).toEqual(
      [],
    );
  });
});

describe('times in words', () => {
  it.each([
    [0, '0 seconds'],
    [1, '1 second'],
    [90, '1 minute 30 seconds'],
    [5400, '1 hour 30 minutes'],
    [7201, '2 hours 1 second'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(durationInWords(seconds)).toBe(words);
  });

  it.each([
    ['2026-11-21T08:00:00.000Z', 'now'],
    ['2026-11-21T07:00:00.000Z', 'now'],
    ['2026-11-21T08:00:59.000Z', 'in 59 seconds'],
    ['2026-11-21T09:30:59.000Z', 'in 1 hour 30 minutes'],
  ])('until %s is %s', (instant, words) => {
    expect(untilInWords('2026-11-21T08:00:00.000Z', instant)).toBe(words);
  });
});
