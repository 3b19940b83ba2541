/** The command by which a comment asks for access: `/curfew role=debug ns=payments for=30m`. Strict, since nobody is there to ask back. */
import { listed } from '../catalog-lookup.ts';
import type { Wish } from './wish.ts';

/** At the very beginning: what is quoted, or stands in the midst of a text, asks for nothing. */
export const isCommand = (comment: string): boolean => /^\/curfew(?:\s|$)/.test(comment);

/** Longer than all its keys together can be of use. */
const longest = 600;

/** By the key as it is written; `list`: what its parts are separated by. */
const keys: Readonly<Record<string, { to: keyof Wish; list?: RegExp }>> = {
  role: { to: 'role' },
  ns: { to: 'namespaces', list: /,/ },
  for: { to: 'duration' },
  cluster: { to: 'cluster' },
  allow: { to: 'allow', list: /;/ },
  at: { to: 'startsAt' },
  reason: { to: 'reason' },
};

const form = `/curfew role=NAME ns=NAMESPACE[,NAMESPACE] for=30m [cluster=NAME] [allow="get pods; get pods/log"] [at=2026-11-21T14:00:00Z] [reason="why"]`;
const asForm = `Write it on one line: ${form}`;

/** A key and its value; editors make curly quotes of straight ones. */
const pair = /\s+([a-z]+)=(?:"([^"“”]*)"|“([^"“”]*)”|([^\s"“”]+))/y;

/** What a comment asks for, by its first line; or what is wrong with it, in words that hold nothing of it but its keys. */
export function readCommand(comment: string): Wish | { fault: string } {
  const line = (/^[^\r\n]*/.exec(comment)?.[0] ?? '').trimEnd();
  if (line.length > longest) return { fault: `The command is too long. ${asForm}` };
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line.replaceAll('\t', ' ')))
    return { fault: `The command holds control or invisible characters. ${asForm}` };
  const wish: Wish = {};
  pair.lastIndex = '/curfew'.length;
  while (pair.lastIndex < line.length) {
    const [, key = '', ...values] = pair.exec(line) ?? [];
    if (key === '') return { fault: `The command can't be understood. ${asForm}` };
    const known = listed(keys, key);
    if (!known) return { fault: `There is no "${key.slice(0, 20)}" in the command. ${asForm}` };
    const { to, list } = known;
    if (wish[to] !== undefined) return { fault: `The command says ${key} twice. ${asForm}` };
    const value = (values.find((text) => text !== undefined) ?? '').trim();
    if (value === '') return { fault: `The command says nothing behind ${key}=. ${asForm}` };
    Object.assign(wish, { [to]: list ? value.split(list).map((part) => part.trim()) : value });
  }
  return wish;
}

/** How the command calls a field of a submission. */
export function keyOf(field: string): string {
  const found = Object.entries(keys).find(([, { to }]) => to === field);
  return found ? found[0] : field;
}
