/** A cluster's token webhook: answers TokenReviews (authentication.k8s.io/v1) from the access entries it has heard of. */
import { Hono } from 'hono';
import * as z from 'zod';
import type { AccessEntry } from './access-entries.ts';
import { askSts } from './identity.ts';
import { readToken, TokenRefused } from './token.ts';
import { type KubernetesUser, userOf } from './user-of.ts';

export interface AuthenticatorParts {
  emulatorUrl: () => string;
  /** Access entries as far as their changes have reached the cluster. */
  seenEntries: () => Iterable<AccessEntry>;
  now: () => number;
}

const reviewForm = z.object({
  apiVersion: z.literal('authentication.k8s.io/v1'),
  kind: z.literal('TokenReview'),
  spec: z.object({ token: z.string() }),
});

const prefix = '/_local/authenticator/';

/** Path of one cluster's webhook. */
export function authenticatorPath(clusterName: string): string {
  return prefix + encodeURIComponent(clusterName);
}

export function authenticator(parts: AuthenticatorParts): Hono {
  const app = new Hono();
  app.post(`${prefix}:clusterName`, async (context) => {
    const review = reviewForm.safeParse(await context.req.json().catch(() => undefined));
    if (!review.success)
      return context.json({ message: 'Send a TokenReview of authentication.k8s.io/v1.' }, 400);
    const { apiVersion, kind, spec } = review.data;
    const answer = (status: Record<string, unknown>) => context.json({ apiVersion, kind, status });
    try {
      const user = await authenticate(parts, spec.token, context.req.param('clusterName'));
      return answer({ authenticated: true, user });
    } catch (error) {
      // A refusal is an answer; that STS can't be asked is none, and the API server must not take it for one.
      if (error instanceof TokenRefused) return answer({ authenticated: false, error: error.message });
      return context.json({ message: `The token could not be judged: ${error}` }, 500);
    }
  });
  return app;
}

async function authenticate(
  { emulatorUrl, seenEntries, now }: AuthenticatorParts,
  token: string,
  clusterName: string,
): Promise<KubernetesUser> {
  const identity = await askSts(emulatorUrl(), readToken(token, new Date(now())), clusterName);
  for (const entry of seenEntries()) {
    if (entry.clusterName === clusterName && entry.principalId === identity.principalId) {
      return userOf(identity, entry);
    }
  }
  throw new TokenRefused(`No access entry of the cluster is for ${identity.canonicalArn}.`);
}
