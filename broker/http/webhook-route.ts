/** The webhooks as the OpenAPI document tells of them. They are served by a function of their own. */
export const webhookRoute = {
  name: 'takeWebhook',
  method: 'POST',
  path: '/v1/webhooks/{source}',
  summary:
    'Tell of a ticket, as a ticket system of the catalog: a closed one ends what was granted for it. Proven by the signature of the source, over the bytes of the body.',
  answers: {
    200: 'Taken; also where it was taken before.',
    400: 'Proven, and not in the documented shape.',
    401: 'Not proven to be of this source, or of another time than now.',
    404: 'No such source, or it has no secret.',
    413: 'More than 256 KiB.',
    415: 'Not application/json.',
    500: 'An unexpected error; it was logged.',
    503: 'Not taken: send it again.',
  },
} as const;
