/** The pages behind links as the OpenAPI document tells of them. */

export interface PageRoute {
  name: string;
  method: 'GET' | 'POST';
  path: '/review/{token}' | '/passkey/{token}';
  summary: string;
  /** Fields of the form, as JSON Schema. */
  form?: Record<string, unknown>;
  /** Of the fields, those that have to be there. */
  required?: readonly string[];
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
      signed: {
        type: 'string',
        description: 'What a passkey of the reviewer signed, as JSON; needed to approve where they have one.',
      },
    },
    required: ['answer', 'digest', 'nonce'],
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
  {
    name: 'showPasskeyPage',
    method: 'GET',
    path: '/passkey/{token}',
    summary: 'The page behind the link of enrolPasskey. Needs no signature, and changes nothing.',
    answers: {
      200: 'A form with which the browser makes a passkey.',
      410: 'The link is not known, used, or over; the page says which.',
      500: 'An unexpected error; it was logged.',
      503: 'A service did not answer; open the link again.',
    },
  },
  {
    name: 'answerPasskeyPage',
    method: 'POST',
    path: '/passkey/{token}',
    summary: 'Keep the passkey that the browser made on that page.',
    form: { signed: { type: 'string', description: 'What the browser made, as JSON.' } },
    required: ['signed'],
    answers: {
      200: 'It is made, and waits for a second person; the page shows its code.',
      400: 'The form was not understood; nothing was kept.',
      403: 'It was not made on this page, or not for it; nothing was kept.',
      410: 'The link is not known, used, or over; the page says which.',
      413: 'The body is too large.',
      500: 'An unexpected error; it was logged.',
      503: 'A service did not answer; open the link again.',
    },
  },
];
