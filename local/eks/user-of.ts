/** From an identity and its access entry to a Kubernetes user: templates rendered, as the aws-iam-authenticator does. */
import type { AccessEntry } from './access-entries.ts';
import { policyGroups } from './access-policies.ts';
import type { Identity } from './identity.ts';

/** `UserInfo` of authentication.k8s.io/v1. */
export interface KubernetesUser {
  username: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
}

export function userOf(identity: Identity, entry: AccessEntry): KubernetesUser {
  const { arn, canonicalArn, account, sessionName, accessKeyId, userId, principalId } = identity;
  return {
    username: render(entry.username, identity),
    uid: `aws-iam-authenticator:${account}:${principalId}`,
    groups: [...entry.kubernetesGroups.map((group) => render(group, identity)), ...policyGroups(entry)],
    extra: {
      arn: [arn],
      canonicalArn: [canonicalArn],
      sessionName: [sessionName],
      accessKeyId: [accessKeyId],
      principalId: [userId],
    },
  };
}

/** `{{SessionName}}` has `-` for each `@`, so two people may share it; `{{SessionNameRaw}}` is what was signed in with. */
function render(template: string, { account, sessionName }: Identity): string {
  const values: Record<string, string> = {
    AccountID: account,
    SessionName: sessionName.replaceAll('@', '-'),
    SessionNameRaw: sessionName,
  };
  // One pass: a session name that looks like a template is not one.
  return template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}
