/** Who is who: sessions, persons, and the names a cluster knows them by. */
import { describe, expect, it } from 'vitest';
import { memoryRoles } from '#adapters/memory/world.ts';
import { creationToken, entryContent, isOwned, ownershipTags } from '#domain/access-entry.ts';
import { callerKey, callerOf, parseSessionArn, principalGroup, subjectOf } from '#domain/identity.ts';
import { canonicalPerson } from '#domain/people.ts';
import { nobodyKnown } from '../builders/caller.ts';

describe('a session ARN', () => {
  it('is taken apart', () => {
    expect(parseSessionArn('arn:aws:sts::111122223333:assumed-role/Dev/alice@example.com')).toEqual({
      account: '111122223333',
      roleName: 'Dev',
      sessionName: 'alice@example.com',
    });
  });
  it.each([
    'arn:aws:iam::111122223333:user/alice',
    'arn:aws:iam::111122223333:root',
    'arn:aws:sts::111122223333:federated-user/alice',
    'arn:aws:sts::111122223333:assumed-role/Dev',
    'arn:aws:sts::111122223333:assumed-role/Dev/alice/extra',
    'arn:aws:sts::1111:assumed-role/Dev/alice',
    'arn:aws:sts::111122223333:assumed-role/Dev/alice\nx',
    '',
  ])('is not %j', (arn) => {
    expect(parseSessionArn(arn)).toBeUndefined();
  });
});

describe('a person', () => {
  it('is known only where the identity provider makes the session name (N43)', () => {
    expect(callerOf(memoryRoles.developer, 'Alice@Example.com', nobodyKnown).person).toBe(
      'alice@example.com',
    );
    expect(callerOf(memoryRoles.ci, 'alice@example.com', nobodyKnown).person).toBeUndefined();
    expect(
      callerOf(memoryRoles.ci, 'alice@example.com', {
        ...nobodyKnown,
        trustedSessionNames: [memoryRoles.ci.arn],
      }).person,
    ).toBe('alice@example.com');
  });
  it('is not believed in a role that only looks like Identity Center (N43)', () => {
    const forged = {
      ...memoryRoles.ci,
      arn: 'arn:aws:iam::111122223333:role/x/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0',
    };
    expect(callerOf(forged, 'alice@example.com', nobodyKnown).person).toBeUndefined();
  });
  it('has one spelling (N41)', () => {
    expect(canonicalPerson(' ALICE＠example.com ')).toBe('alice@example.com');
  });
  it('and a session of the same name are two', () => {
    expect(callerKey(callerOf(memoryRoles.developer, 'alice@example.com', nobodyKnown))).not.toBe(
      callerKey(callerOf(memoryRoles.ci, 'alice@example.com', nobodyKnown)),
    );
  });
});

describe('a subject', () => {
  it('is the user as EKS renders the entry, letter by letter', () => {
    const caller = callerOf(memoryRoles.developer, 'Alice@Example.com', nobodyKnown);
    const { username } = entryContent(memoryRoles.developer, 'd');
    const { kubernetes } = subjectOf(caller);
    expect(kubernetes).toEqual({
      kind: 'User',
      name: username.replace('{{SessionNameRaw}}', 'Alice@Example.com'),
    });
  });
  it("is the whole role's group where nobody vouches for the session name", () => {
    const { kubernetes } = subjectOf(callerOf(memoryRoles.ci, 'build-1', nobodyKnown));
    expect(kubernetes).toEqual({ kind: 'Group', name: principalGroup(memoryRoles.ci.arn) });
    expect(entryContent(memoryRoles.ci, 'd').groups).toEqual([kubernetes.name]);
  });
  it('differs for two roles of one name in different paths', () => {
    expect(principalGroup('arn:aws:iam::111122223333:role/a/Dev')).not.toBe(
      principalGroup('arn:aws:iam::111122223333:role/b/Dev'),
    );
  });
});

describe('ownership of an entry', () => {
  it("is this deployment's alone", () => {
    expect(isOwned(ownershipTags('one'), 'one')).toBe(true);
    expect(isOwned(ownershipTags('two'), 'one')).toBe(false);
    expect(isOwned({}, 'one')).toBe(false);
  });

  it('asks for each creation with a token of its own, and for a repeat with the same', () => {
    const { developer: principal } = memoryRoles;
    const key = { eksName: 'payments-prod', region: 'us-east-1', principalArn: principal.arn };
    expect(creationToken({ ...key }, 1)).toBe(creationToken(key, 1));
    const others = [
      creationToken(key, 2),
      creationToken({ ...key, eksName: 'payments-test' }, 1),
      creationToken({ ...key, region: 'eu-west-1' }, 1),
      creationToken({ ...key, principalArn: memoryRoles.ci.arn }, 1),
    ];
    expect(new Set([creationToken(key, 1), ...others]).size).toBe(5);
    for (const token of others) expect(token).toMatch(/^[0-9a-f]{64}$/);
  });
});
