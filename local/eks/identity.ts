/** Whose token is it? Replays the presigned call to the emulator's STS, which verifies the signature and answers. */
import { sendAsSigned } from './as-signed.ts';
import { type PresentedToken, TokenRefused } from './token.ts';

/** In the words of the aws-iam-authenticator. */
export interface Identity {
  /** As STS names it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or a user's ARN. */
  arn: string;
  /** The role behind a session, without its path; a user's own ARN. */
  canonicalArn: string;
  account: string;
  /** `AROA...:SESSION`, or `AIDA...`. */
  userId: string;
  /** Unique id of the role or user. */
  principalId: string;
  /** As the caller, or its identity provider, chose it; empty for a user. */
  sessionName: string;
  accessKeyId: string;
}

/** The header is what binds a token to one cluster: it was signed with that cluster's name. */
export async function askSts(
  emulatorUrl: string,
  token: PresentedToken,
  clusterName: string,
): Promise<Identity> {
  const { status, body: xml } = await sendAsSigned(emulatorUrl, {
    method: 'GET',
    url: token.pathAndQuery,
    rawHeaders: ['Host', token.host, 'x-k8s-aws-id', clusterName, 'Accept', 'application/json'],
  });
  const body = xml.toString();
  if (status >= 500) throw new Error(`STS answered ${status}.`);
  if (status !== 200)
    throw new TokenRefused(`STS refused it: ${element(body, 'Code') ?? `status ${status}`}.`);
  const arn = element(body, 'Arn');
  const account = element(body, 'Account');
  const userId = element(body, 'UserId');
  if (!arn || !account || !userId) throw new Error('STS answered without Arn, Account or UserId.');
  const { canonicalArn, sessionName } = canonical(arn);
  return {
    arn,
    canonicalArn,
    account,
    userId,
    principalId: userId.split(':')[0] ?? userId,
    sessionName,
    accessKeyId: token.accessKeyId,
  };
}

function canonical(arn: string): { canonicalArn: string; sessionName: string } {
  const [, partition, account, role, sessionName] =
    /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  if (!sessionName) return { canonicalArn: arn, sessionName: '' };
  return { canonicalArn: `arn:${partition}:iam::${account}:role/${role}`, sessionName };
}

/** The emulator answers in XML only. The elements asked for hold no markup and need no unescaping. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
