/** Guards of what people answer from: the pages of `curfew ui`, which nothing else may drive, and the keys of `curfew inbox`. */
import { type Mutant, unit } from './mutant.ts';

const guard = 'cli/ui/guard.ts';
const forms = 'cli/ui/forms.ts';
const keys = 'cli/terminal/keys.ts';
const guardTests = unit('cli/ui-guard');
const drives = 'no other page drives the pages of curfew ui (N49)';

export const uiMutants: readonly Mutant[] = [
  {
    name: 'the pages answer to any name',
    guards: drives,
    changes: [
      { file: guard, from: "if (c.req.header('host') !== authority())", to: 'if (authority() === "")' },
    ],
    killedBy: guardTests,
  },
  {
    name: 'the pages answer to other sites',
    guards: drives,
    changes: [
      {
        file: guard,
        from: "if (site !== undefined && site !== 'same-origin' && !(isRead && site === 'none'))",
        to: "if (site === 'nowhere')",
      },
    ],
    killedBy: guardTests,
  },
  {
    name: 'the pages take forms of any origin',
    guards: drives,
    changes: [
      {
        file: guard,
        from: "if (!isRead && c.req.header('origin') !== `http://${authority()}`)",
        to: "if (!isRead && c.req.header('origin') === '-')",
      },
    ],
    killedBy: guardTests,
  },
  {
    name: 'the pages need no cookie',
    guards: 'the browser that was opened, and nobody else',
    changes: [
      {
        file: guard,
        from: "if (!isSame(getCookie(c, cookieName) ?? '', session))",
        to: "if (isSame(getCookie(c, cookieName) ?? '', 'x'))",
      },
    ],
    killedBy: guardTests,
  },
  {
    name: 'what lies beside the opening needs no cookie',
    guards: 'the browser that was opened, and nobody else',
    changes: [
      {
        file: guard,
        from: "if (isRead && before === '' && /^[\\w-]+$/.test(secret)) return next();",
        to: "if (isRead && before === '' && secret !== undefined) return next();",
      },
    ],
    killedBy: guardTests,
  },
  {
    name: 'the cookie goes to every server of this machine',
    guards: 'cookies know no ports',
    changes: [{ file: guard, from: 'path: `/${run.id}/`', to: "path: '/'" }],
    killedBy: guardTests,
  },
  {
    name: 'scripts may read the cookie',
    guards: 'the browser that was opened, and nobody else',
    changes: [{ file: guard, from: 'httpOnly: true', to: 'httpOnly: false' }],
    killedBy: guardTests,
  },
  {
    name: 'the one-time address opens for good',
    guards: 'an address that was read by somebody else',
    changes: [{ file: guard, from: 'found.used = true;', to: '' }],
    killedBy: guardTests,
  },
  {
    name: 'an address that is opened again leaves everybody in',
    guards: 'an address that was read by somebody else',
    changes: [
      {
        file: guard,
        from: "        session = secretOf();\n        return 'replayed';",
        to: "        return 'replayed';",
      },
    ],
    killedBy: guardTests,
  },
  {
    name: 'the one-time address opens however late',
    guards: 'an address that was read by somebody else',
    changes: [{ file: guard, from: 'if (now >= found.until)', to: 'if (now < 0)' }],
    killedBy: guardTests,
  },
  {
    name: 'looking ahead uses the one-time address up',
    guards: 'browsers that prefetch',
    changes: [
      {
        file: 'cli/ui/app.ts',
        from: "const ahead = c.req.method === 'HEAD' || c.req.header('sec-purpose') !== undefined;",
        to: "const ahead = c.req.method === 'nothing';",
      },
    ],
    killedBy: guardTests,
  },
  {
    name: 'forms of the pages need no nonce of theirs',
    guards: 'what is answered is what was shown',
    changes: [{ file: forms, from: "if (found === 'forged')", to: 'if (found === undefined)' }],
    killedBy: guardTests,
  },
  {
    name: 'forms of the pages are good for ever',
    guards: 'what is answered is what was shown',
    changes: [{ file: forms, from: "if (found === 'stale')", to: 'if (found === undefined)' }],
    killedBy: guardTests,
  },
  {
    name: 'a form is good for every request',
    guards: 'what is answered is what was shown',
    changes: [
      {
        file: forms,
        from: 'return pageNonce(key, `${path}\\n${digest}`, now.toISOString());',
        to: "return pageNonce(key, '', now.toISOString());",
      },
      {
        file: forms,
        from: "checkNonce(form.nonce, key, `${path}\\n${form.digest ?? ''}`, now.toISOString());",
        to: "checkNonce(form.nonce, key, '', now.toISOString());",
      },
    ],
    killedBy: guardTests,
  },
  {
    name: 'a kill switch is ordered by a slip of the hand',
    guards: 'what to end is written twice',
    changes: [{ file: forms, from: 'if (again !== value)', to: "if (again === '')" }],
    killedBy: unit('cli/ui-pages'),
  },
  {
    name: 'one key approves in the inbox',
    guards: 'no single key sends anything',
    changes: [
      {
        file: 'cli/inbox/answer-by-key.ts',
        from: "if ((await keyOf(options, 'Approve this? [y] yes  [n] no', ['y', 'n'])) === 'n') continue;",
        to: '',
      },
    ],
    killedBy: unit('cli/inbox'),
  },
  {
    name: 'what was typed ahead answers',
    guards: 'nothing is answered before it could be read',
    changes: [{ file: keys, from: 'now() - askedAt < settleMs || !isOneKey(typed)', to: '!isOneKey(typed)' }],
    killedBy: unit('cli/inbox'),
  },
  {
    name: 'what was pasted answers',
    guards: 'nothing is answered before it could be read',
    changes: [
      {
        file: keys,
        from: 'now() - askedAt < settleMs || !isOneKey(typed)',
        to: 'now() - askedAt < settleMs',
      },
    ],
    killedBy: unit('cli/inbox'),
  },
  {
    name: 'what one asked for oneself, or has answered, waits for one',
    guards: 'an inbox holds what one can answer',
    changes: [
      {
        file: 'broker/operations/waits-for.ts',
        from: 'if (error instanceof CurfewError) return false;',
        to: 'if (error instanceof CurfewError) return true;',
      },
    ],
    killedBy: unit('http/waiting'),
  },
  {
    name: 'those who ask are told what is told to their reviewers',
    guards: 'what else somebody has is for those who answer',
    changes: [
      {
        file: 'broker/operations/show-request.ts',
        from: "if (request.status !== 'pending' || isRequester(caller, request)) return { request, events };",
        to: '',
      },
    ],
    killedBy: unit('http/waiting'),
  },
];
