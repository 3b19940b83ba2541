/** The part of the catalog on receivers: who is told by Standard Webhooks what happens. */
import * as z from 'zod';
import { announcedTypes } from './announced-types.ts';
import { hostPattern } from './catalog-ticketing.ts';

/** A name that DNS has to find, and a path: no address, no port, no query, no credentials. */
const url = z
  .string()
  .max(500)
  .regex(
    new RegExp(`^https://${hostPattern}(/[\\w.~%-]+)*/?$`),
    'Write an address such as https://hooks.example.com/curfew: https, a host name, and a path.',
  )
  .refine((text) => !/%2e|\/\.\.?(\/|$)/i.test(text), 'Write the path as it is, without . and .. in it.');

const receiverSchema = z.strictObject({
  url,
  secretName: z
    .string()
    .regex(
      /^[\w/+=.@-]{1,200}$/,
      'Write the name of a secret in Secrets Manager, never its value or its ARN.',
    )
    .describe('Secret in Secrets Manager by which what is sent is signed.'),
  events: z
    .array(z.enum(announcedTypes))
    .min(1)
    .optional()
    .describe('Only these; absent: all. docs/events.md lists them.'),
  internal: z
    .boolean()
    .default(false)
    .describe('Whether its host may have a private address. Otherwise one that has is not sent to.'),
});

export const receiversSchema = z
  .record(
    z
      .string()
      .regex(
        /^[a-z0-9]([a-z0-9-]{0,31}[a-z0-9])?$/,
        'Use lower-case letters, digits and dashes, at most 33.',
      ),
    receiverSchema,
  )
  .describe('Who is told what happens, by Standard Webhooks.');
