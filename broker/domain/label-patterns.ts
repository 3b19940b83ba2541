/** Labels as Kubernetes allows them, as sources of regular expressions. */

/** A value, or a key without its prefix. A value may not be empty, as that is what is there by mistake. */
export const labelName = '[A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?';
export const labelKey = `([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?${labelName}`;
