/** Parses the form of the review page as strictly as the API parses JSON: known fields, each once. */
import * as z from 'zod';
import { InvalidInput } from '#domain/errors.ts';
import { plainText } from '#domain/request.ts';
import { formFields } from './form-fields.ts';

const withoutDigest = 'The form lacks what was shown.';
const withoutNonce = 'The form does not come from its page.';

const formSchema = z.strictObject({
  answer: z.enum(['approve', 'deny'], { error: 'Press Approve or Deny.' }),
  digest: z.string(withoutDigest).regex(/^[0-9a-f]{64}$/, withoutDigest),
  nonce: z.string(withoutNonce).min(1, withoutNonce).max(200, withoutNonce),
  reason: z.string().pipe(plainText(500)).optional(),
  signed: z.string().max(8_000, 'What the browser sent of the passkey is too long.').optional(),
});
export type ReviewForm = z.output<typeof formSchema>;

/** Throws InvalidInput in words for a person. */
export const parseReviewForm = (type: string | undefined, body: string): ReviewForm =>
  parseForm(formSchema, type, body);

/** Of any page behind a link. */
export function parseForm<T>(schema: z.ZodType<T>, type: string | undefined, body: string): T {
  const fields = formFields(type, body);
  // Browsers send an empty text field as an empty text.
  if (fields.reason?.trim() === '') delete fields.reason;
  if (fields.signed === '') delete fields.signed;
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const words = result.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? 'The form has fields that are not known.'
      : issue.path[0] === 'reason'
        ? `Your note: ${issue.message}`
        : issue.message,
  );
  throw new InvalidInput([...new Set(words)].join(' '));
}
