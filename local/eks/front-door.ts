/**
 * Who calls, and may they? Each request is passed on, as it was signed, to the emulator, which verifies its signature,
 * clock and session token and judges the checks named here by its IAM policies (see the mend `eks_front_door`).
 */
import * as z from 'zod';
import { type SignedAnswer, type SignedRequest, sendAsSigned } from './as-signed.ts';

/** One question to IAM: may the caller do `action` on `resource`, given these condition keys? */
export interface Check {
  action: string;
  resource: string;
  context: Record<string, string | string[]>;
}

export type Admission = { admitted: true; caller: CallerIdentity } | { admitted: false; answer: Response };

export interface CallerIdentity {
  arn: string;
  userId: string;
  account: string;
}

const checksHeader = 'x-curfew-eks-checks';
const callerForm = z.object({ arn: z.string(), userId: z.string(), account: z.string() });

/** Asks the emulator at `emulatorUrl`. A refusal carries the answer that is due to the caller. */
export async function askFrontDoor(
  emulatorUrl: string,
  request: SignedRequest,
  checks: readonly Check[],
): Promise<Admission> {
  const named = Buffer.from(JSON.stringify(checks)).toString('base64');
  const answer = await sendAsSigned(emulatorUrl, {
    ...request,
    rawHeaders: [...request.rawHeaders, checksHeader, named],
  });
  if (answer.headers[checksHeader] === 'made') {
    return { admitted: true, caller: callerForm.parse(JSON.parse(answer.body.toString())) };
  }
  if (answer.status === 200 || answer.status === 404) {
    throw new Error(
      'The emulator answered an EKS call itself: it runs without its mend eks_front_door. Start it with all mends.',
    );
  }
  return { admitted: false, answer: refusal(answer) };
}

function refusal({ status, headers, body }: SignedAnswer): Response {
  const kept = new Headers();
  for (const name of ['content-type', 'x-amzn-errortype']) {
    const value = headers[name];
    if (typeof value === 'string') kept.set(name, value);
  }
  return new Response(new Uint8Array(body), { status, headers: kept });
}
