/** Allowance: one thing that a request is to be allowed within its role, as people write it: `get,list pods`, `delete pod/web-7d9`. */
import * as z from 'zod';

/** As it is written. What its parts mean is known only beside the rules it has to lie within: see taskRules. */
export interface Allowance {
  verbs: string[];
  /** Singular, plural or short, with its API group where one is given: `pod`, `deploy`, `rollouts.argoproj.io`. */
  resource: string;
  /** After the slash: a subresource (`log`), or the name of an object. */
  part?: string;
  /** Each word after the resource. */
  names: string[];
}

/** Kubernetes takes nearly anything as a name in a rule; a star in one means itself there, and would mislead here. */
const name = /^[A-Za-z0-9]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?$/;
const form = /^([a-z]+(?:,[a-z]+)*) ([a-z0-9][a-z0-9.-]{0,252})(?:\/([^/\s]+))?((?: [^/\s]+)*)$/;

const asWritten =
  'Write verbs, then one kind of thing: "get,list pods", "get pods/log", "delete pod/web-7d9".';

/** What an allowance says, or what is wrong with its form, in words. */
export function readAllowance(text: string): Allowance | { fault: string } {
  if (text.includes('*'))
    return { fault: `"${text}" has a star: name the verbs and the kind of thing, one by one. ${asWritten}` };
  const [, verbs, resource, part, words = ''] = form.exec(text) ?? [];
  if (verbs === undefined || resource === undefined) {
    const several = /^\S+ \S+,/.test(text);
    return {
      fault: `"${text}" can't be understood. ${several ? 'Write one allowance for each kind of thing. ' : ''}${asWritten}`,
    };
  }
  const names = words.split(' ').filter((word) => word !== '');
  const wrong = [...names, ...(part === undefined ? [] : [part])].find((word) => !name.test(word));
  if (wrong !== undefined) return { fault: `"${wrong}" in "${text}" is no name of anything. ${asWritten}` };
  return {
    verbs: [...new Set(verbs.split(','))],
    resource,
    names: [...new Set(names)],
    ...(part === undefined ? {} : { part }),
  };
}

const onOneLine = (text: string) => text.trim().replace(/\s+/g, ' ').replace(/ ?, ?/g, ',');

const allowanceSchema = z
  .string()
  .max(300)
  .transform(onOneLine)
  .superRefine((text, context) => {
    const read = readAllowance(text);
    if ('fault' in read) context.addIssue({ code: 'custom', message: read.fault });
  });

/** Each once, in one spelling, in text order: what is asked for is the same in whatever order it is written. */
export const allowSchema = z
  .array(allowanceSchema)
  .min(1)
  .max(16)
  .transform((allow) => [...new Set(allow)].sort());
