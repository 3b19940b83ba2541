/** The review pages as the OpenAPI document tells of them. */

export interface PageRoute {
  name: string;
  method: 'GET' | 'POST';
  path: '/review/{token}';
  summary: string;
  /** Fields of the form, as JSON Schema. */
  form?: Record<string, unknown>;
  answers: Record<number, string>;
}

const path = '/review/{token}';
export const pageRoutes: readonly PageRoute[] = [
  {
    name: 'showReviewPage',
    method: 'GET',
    path,
    summary: 'The page behind a mailed review link. Needs no signature, and changes nothing.',
    answers: {
      200: 'The request, and a form to answer it.',
      410: 'The link is not known, or can not decide any more; the page says why.',
      500: 'An unexpected error; it was logged.',
      503: 'A service did not answer; open the link again.',
    },
  },
  {
    name: 'answerReviewPage',
    method: 'POST',
    path,
    summary: 'Approve or deny, from the form of the page.',
    form: {
      answer: { type: 'string', enum: ['approve', 'deny'] },
      digest: { type: 'string', description: 'Of the request as shown.' },
      nonce: { type: 'string', description: 'Of the page as shown; good for an hour.' },
      reason: { type: 'string', maxLength: 500 },
    },
    answers: {
      200: 'The answer is on record.',
      400: 'The form was not understood; nothing was recorded.',
      403: 'The form is not from this page, or the reviewer may not answer; nothing was recorded.',
      409: 'Somebody answered at the same time, or the page was too old; it is shown anew.',
      410: 'The link is not known, or can not decide any more; the page says why.',
      413: 'The body is too large.',
      500: 'An unexpected error; it was logged.',
      503: 'A service did not answer; open the link again.',
    },
  },
];
