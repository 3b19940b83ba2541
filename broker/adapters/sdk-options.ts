/** Timeouts and retries of AWS clients: granting gives up soon and leaves nothing; revoking insists, within its function's time. */

/** What a function is for. `granting` includes everything that people wait for; `answering` what a webhook's sender waits for, seconds at most. */
export type Purpose = 'granting' | 'revoking' | 'answering';

/** All attempts together stay below the functions' own time-outs of 30 s, so that they can still say what happened. */
const persistence: Record<Purpose, { attempts: number; requestMs: number }> = {
  granting: { attempts: 3, requestMs: 4_000 },
  revoking: { attempts: 5, requestMs: 4_000 },
  answering: { attempts: 2, requestMs: 1_500 },
};

/** Options of any SDK client. Waiting for a connection is bounded apart from waiting for the answer. */
export function sdkOptions(purpose: Purpose, region: string) {
  const { attempts, requestMs } = persistence[purpose];
  return {
    region,
    maxAttempts: attempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: 1_500,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
    },
  } as const;
}
