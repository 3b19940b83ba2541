/** What several routes take alike: an id in the path, and which page of a list. */
import * as z from 'zod';

export const byId = z.strictObject({
  id: z
    .string()
    .regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'A request id is a ULID: 26 upper-case letters and digits.')
    .describe('As the list gives it.'),
});

export const pageQuery = {
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, 'Write a number from 1 to 100.')
    .default('25')
    .transform(Number)
    .describe('How many at most, 1 to 100. A page may hold fewer and still not be the last.'),
  cursor: z
    .string()
    .regex(/^[\w.~=+/-]{1,2048}$/, 'Give back a cursor as it came.')
    .optional()
    .describe('Where the page before ended.'),
};
