/** The page behind the link of `curfew passkey enroll`: GET shows and changes nothing, a POST of what the browser made keeps it. */
import type { Context } from 'hono';
import * as z from 'zod';
import { InvalidInput, LinkUnusable, PasskeyRefused, WrongStatus } from '#domain/errors.ts';
import { type EnrolmentLink, openEnrolment, registerPasskey } from '#operations/register-passkey.ts';
import { fromElsewhere } from './from-elsewhere.ts';
import { enrolmentOverPage, enrolmentPage, madePage } from './pages/enrolment.ts';
import type { Page } from './pages/layout.ts';
import { askToMake } from './pages/passkey-options.ts';
import { HttpFault } from './problem.ts';
import { parseForm } from './review-form.ts';
import type { ApiWorld, App } from './route.ts';
import { sendPage } from './send-page.ts';

/** Anything else is no link of ours, and isn't looked up. */
const tokenShape = /^([0-7][0-9A-HJKMNP-TV-Z]{25})\.([\w-]{20,100})$/;

const notMade = 'Press the button to make the passkey.';
const formSchema = z.strictObject({ signed: z.string(notMade).min(1, notMade).max(8_000, notMade) });

async function shown(
  world: ApiWorld,
  link: EnrolmentLink,
  notice?: { status: Page['status']; says: string },
): Promise<Page> {
  const { passkey, challenge, others } = await openEnrolment(world, link);
  const ask = askToMake({ challenge, domain: world.pages.domain, passkey, others });
  return enrolmentPage(passkey, ask, notice);
}

async function made(world: ApiWorld, c: Context, link: EnrolmentLink): Promise<Page> {
  if (fromElsewhere(c))
    return shown(world, link, {
      status: 403,
      says: 'That did not come from this page. Press the button here.',
    });
  try {
    const { signed } = parseForm(formSchema, c.req.header('content-type'), await c.req.text());
    return madePage(await registerPasskey(world, { ...link, response: signed }));
  } catch (error) {
    if (error instanceof InvalidInput) return shown(world, link, { status: 400, says: error.message });
    if (error instanceof PasskeyRefused) return shown(world, link, { status: 403, says: error.message });
    throw error;
  }
}

/** Where the link is over or none of ours, a page says so. */
async function pageFor(token: string, work: (link: EnrolmentLink) => Promise<Page>): Promise<Page> {
  const [, id, secret] = tokenShape.exec(token) ?? [];
  if (id === undefined || secret === undefined)
    return enrolmentOverPage('It is not known: it may have been cut short.');
  try {
    return await work({ id, secret });
  } catch (error) {
    if (error instanceof LinkUnusable || error instanceof WrongStatus)
      return enrolmentOverPage(error.message);
    throw error;
  }
}

export function mountEnrolmentPages(app: App, world: ApiWorld): void {
  const at = '/passkey/:token';
  app.get(at, async (c) => sendPage(c, await pageFor(c.req.param('token'), (link) => shown(world, link))));
  app.post(at, async (c) => sendPage(c, await pageFor(c.req.param('token'), (link) => made(world, c, link))));
  app.all(at, (c) => {
    throw new HttpFault('MethodNotAllowed', `A link for a passkey does not know ${c.req.method}.`, {
      allow: 'GET, HEAD, POST',
    });
  });
}
