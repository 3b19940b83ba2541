/**
 * What EKS takes and refuses in an access entry, as strict as AWS documents it and stricter where it is not known:
 * the prefixes below are documented for usernames, and only `system:` has been seen refused for groups.
 */
import { EksError } from './errors.ts';

const reservedPrefixes = ['system:', 'eks:', 'aws:', 'amazon:', 'iam:'];

const principalForm = /^arn:(aws[\w-]*):iam::(\d{12}):(role|user)\/((?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,128})$/;

export interface PrincipalName {
  partition: string;
  account: string;
  kind: 'role' | 'user';
  /** Without its path. */
  name: string;
}

/** Parts of an IAM role's or user's ARN. Refuses sessions, service-linked roles and all else that can't have an entry. */
export function parsePrincipalArn(arn: string): PrincipalName {
  const [, partition, account, kind, path, name] = principalForm.exec(arn) ?? [];
  if (!partition || !account || !name || path === undefined || (kind !== 'role' && kind !== 'user')) {
    throw new EksError(
      'InvalidParameterException',
      `The specified principalArn is invalid: ${arn} is not the ARN of an IAM role or user.`,
    );
  }
  if (kind === 'role' && path.startsWith('aws-service-role/')) {
    throw new EksError(
      'InvalidParameterException',
      `The specified principalArn is invalid: ${arn} is a service-linked role.`,
    );
  }
  return { partition, account, kind, name };
}

export function checkGroups(groups: readonly string[]): void {
  for (const group of groups) {
    const prefix = reservedPrefixes.find((reserved) => group.startsWith(reserved));
    if (prefix) {
      throw new EksError(
        'InvalidParameterException',
        `The kubernetes group name ${group} is invalid, it cannot start with ${prefix}`,
      );
    }
    if (group.trim() === '') {
      throw new EksError('InvalidParameterException', 'A kubernetes group name cannot be empty.');
    }
  }
}

export function checkUsername(username: string): void {
  const prefix = reservedPrefixes.find((reserved) => username.startsWith(reserved));
  if (prefix) {
    throw new EksError(
      'InvalidParameterException',
      `The username ${username} is invalid, it cannot start with ${prefix}`,
    );
  }
  const template = /\{\{SessionName(Raw)?\}\}/.exec(username);
  // Without it a session could be named like another user of the cluster.
  if (template && !username.slice(0, template.index).includes(':')) {
    throw new EksError(
      'InvalidParameterException',
      `The username ${username} is invalid, a colon must come before ${template[0]}`,
    );
  }
  const unknown = /\{\{(?!(?:SessionName|SessionNameRaw|AccountID)\}\})[^}]*\}\}/.exec(username);
  if (unknown) {
    throw new EksError(
      'InvalidParameterException',
      `The username ${username} is invalid, it contains the unknown template ${unknown[0]}`,
    );
  }
}

/** The username EKS gives an entry that is created without one. */
export function automaticUsername(arn: string, principal: PrincipalName): string {
  if (principal.kind === 'user') return arn;
  return `arn:${principal.partition}:sts::${principal.account}:assumed-role/${principal.name}/{{SessionName}}`;
}

export function checkTags(tags: Readonly<Record<string, string>>): void {
  const invalid = (what: string) => new EksError('InvalidParameterException', `Invalid tags: ${what}.`);
  if (Object.keys(tags).length > 50) throw invalid('at most 50 tags are allowed');
  for (const [key, value] of Object.entries(tags)) {
    if (key.length < 1 || key.length > 128) throw invalid(`the key ${key} must have 1 to 128 characters`);
    if (value.length > 256) throw invalid(`the value of ${key} must have at most 256 characters`);
    if (/^aws:/i.test(key)) throw invalid(`the key ${key} cannot start with aws:`);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value)) {
      throw invalid(`the tag ${key} has characters that are not allowed`);
    }
  }
}
