/** How the catalog writes which namespaces a role is for. */
import * as z from 'zod';
import { labelKey, labelName } from './label-patterns.ts';

/** A namespace, or a pattern in which `*` stands for any letters. One of stars alone would be for everything. */
const pattern = '(?=.*[a-z0-9])[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?';

const label = `${labelKey}=${labelName}`;
/** All of them have to be there. */
const selector = `${label}(,${label}){0,4}`;

export const namespacesSchema = z
  .string()
  .regex(
    new RegExp(`^(${pattern}|${selector})$`),
    'Use lower-case letters, digits and dashes, at most 63, no dash at the ends; a star stands for any of them, as in team-*. Or write the labels that they carry, as in team=payments,tier=web.',
  );
