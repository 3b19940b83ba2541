/** How the catalog writes which namespaces a role is for. */
import * as z from 'zod';

/** A namespace, or a pattern in which `*` stands for any letters. One of stars alone would be for everything. */
const pattern = '(?=.*[a-z0-9])[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?';

/** As Kubernetes allows keys and values of labels; a value may not be empty, as that is what is there by mistake. */
const labelName = '[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?';
const label = `([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?${labelName}=${labelName}`;
/** All of them have to be there. */
const selector = `${label}(,${label}){0,4}`;

export const namespacesSchema = z
  .string()
  .regex(
    new RegExp(`^(${pattern}|${selector})$`),
    'Use lower-case letters, digits and dashes, at most 63, no dash at the ends; a star stands for any of them, as in team-*. Or write the labels that they carry, as in team=payments,tier=web.',
  );
