/** What API Gateway refuses by itself, as problems like all others: the stack puts them there, the document and the CLI know them. */

export interface GatewayProblem {
  status: number;
  title: string;
  next: string;
  /** API Gateway's types of its own answers; of those that are not named here, the default of their hundred. */
  types: readonly string[];
}

export const gatewayTable = {
  NotSigned: {
    status: 403,
    title: 'Not signed, or no such path',
    next: 'Sign the call (SigV4, service execute-api), and check its path: GET /v1/openapi.json lists every path.',
    types: ['MISSING_AUTHENTICATION_TOKEN'],
  },
  SignatureRefused: {
    status: 403,
    title: 'The signature is refused',
    next: "Sign in again, and check this machine's clock and the region that is signed for.",
    types: ['INVALID_SIGNATURE', 'EXPIRED_TOKEN'],
  },
  CallRefused: {
    status: 403,
    title: 'API Gateway refuses the call',
    next: "Sign in again; the role needs execute-api:Invoke, and the API's resource policy has to let it in from there.",
    types: ['ACCESS_DENIED', 'DEFAULT_4XX'],
  },
  GatewayTooLarge: {
    status: 413,
    title: 'The call is too large',
    next: 'Send less.',
    types: ['REQUEST_TOO_LARGE'],
  },
  Throttled: {
    status: 429,
    title: 'Too many calls',
    next: 'Try again in a few seconds; repeat a POST with the same Idempotency-Key.',
    types: ['THROTTLED', 'QUOTA_EXCEEDED'],
  },
  GatewayFault: {
    status: 500,
    title: 'Something went wrong',
    next: 'Try again; if it stays, the platform team finds why in the log of the Api function.',
    types: ['DEFAULT_5XX'],
  },
  GatewayTimeout: {
    status: 504,
    title: 'No answer in time',
    next: 'Try again in a few seconds; repeat a POST with the same Idempotency-Key.',
    types: ['INTEGRATION_TIMEOUT', 'INTEGRATION_FAILURE'],
  },
} as const satisfies Record<string, GatewayProblem>;

export type GatewayProblemName = keyof typeof gatewayTable;

export function isGatewayProblem(code: string): code is GatewayProblemName {
  return Object.hasOwn(gatewayTable, code);
}

/** Of every call, whoever answers it in the end. */
export const gatewayProblems = Object.keys(gatewayTable) as GatewayProblemName[];

/** The body, for API Gateway to fill in: the only variable is JSON already, a text with its quotes. */
export function gatewayBody(code: GatewayProblemName): string {
  const { status, title, next } = gatewayTable[code];
  const known = { type: `urn:curfew:problem:${code}`, title, status, code, next };
  return JSON.stringify(known).replace(/}$/, ',"detail":$context.error.messageString}');
}
