/** The forms of the pages, parsed as strictly as the API parses JSON, and the nonces that tie each to the page it was shown on. */
import * as z from 'zod';
import { InvalidInput } from '#domain/errors.ts';
import { plainText } from '#domain/request.ts';
import { formFields } from '#http/form-fields.ts';
import { checkNonce, pageNonce } from '#http/page-nonce.ts';
import type { Scope } from '../api/client.ts';

const nonce = z.string().min(1).max(200);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const reason = z.string().pipe(plainText(500));

export const forms = {
  answer: z.strictObject({ nonce, digest, answer: z.enum(['approve', 'deny']), reason: reason.optional() }),
  'after-review': z.strictObject({ nonce, digest, verdict: z.enum(['accept', 'dispute']), reason }),
  end: z.strictObject({ nonce, digest, reason }),
  order: z.strictObject({
    nonce,
    kind: z.enum(['person', 'principal', 'cluster', 'everything']),
    value: z.string().trim().max(2048).optional(),
    again: z.string().trim().max(2048),
    reason,
  }),
  lift: z.strictObject({ nonce, reason }),
} as const;

/** Throws InvalidInput in words for a person. */
export function parsed<S extends z.ZodType>(schema: S, fields: Record<string, string>): z.output<S> {
  // Browsers send an empty text field as an empty text.
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const words = result.error.issues.map((issue) => {
    if (issue.path[0] === 'reason') return given.reason === undefined ? 'Say why.' : `Why: ${issue.message}`;
    if (issue.path[0] === 'again') return 'Write what to end once more.';
    return 'The form was not sent as its page has it.';
  });
  throw new InvalidInput([...new Set(words)].join(' '));
}

export const fieldsOf = formFields;

/** `path`: where the form goes; `digest`: of the request that was shown with it. */
export function formNonce(key: string, path: string, digest: string, now: Date): string {
  return pageNonce(key, `${path}\n${digest}`, now.toISOString());
}

/** Throws InvalidInput for a form that no page of this run has shown for this, or that was shown long ago. */
export function checkForm(
  key: string,
  path: string,
  form: { nonce: string; digest?: string },
  now: Date,
): void {
  const found = checkNonce(form.nonce, key, `${path}\n${form.digest ?? ''}`, now.toISOString());
  if (found === 'forged')
    throw new InvalidInput('It was not sent by this page. Look at it, then press a button here.');
  if (found === 'stale')
    throw new InvalidInput(
      'The page had been open for over an hour. Here it is as it stands now; press the button again.',
    );
}

/** Throws InvalidInput unless the scope was written twice alike. */
export function scopeOf({ kind, value = '', again }: z.output<(typeof forms)['order']>): Scope {
  if (kind === 'everything') {
    if (value !== '')
      throw new InvalidInput('Everything needs no name: leave "Which one" empty, or choose another.');
    if (again !== 'everything')
      throw new InvalidInput('Write the word everything once more: this ends all access.');
    return { kind };
  }
  if (value === '') throw new InvalidInput('Say which one.');
  if (again !== value)
    throw new InvalidInput(`What is written twice is not the same: "${value}" and "${again}".`);
  return { kind, value };
}
