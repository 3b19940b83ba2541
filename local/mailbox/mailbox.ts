/** A mailbox in the browser: lists and shows the mails that SES sent in the local cloud. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { type Mail, readMails } from '#local/emulator/mails.ts';
import { frameContent, frameSandbox, listPage, mailPage, mailPath, notFoundPage } from './pages.ts';

export interface Mailbox {
  url: string;
  /** Address of the page that shows a mail. */
  urlOf(mail: Pick<Mail, 'id'>): string;
  stop(): Promise<void>;
}

/** Listens on loopback only. `port` defaults to a free one. */
export async function startMailbox({
  emulatorUrl,
  port = 0,
}: {
  emulatorUrl: string;
  port?: number;
}): Promise<Mailbox> {
  const server = createAdaptorServer({ fetch: mailboxApp(() => readMails(emulatorUrl)).fetch });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    urlOf: ({ id }) => url + mailPath(id),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

export function mailboxApp(read: () => Promise<Mail[]>): Hono {
  const app = new Hono();
  const find = async (id: string) => (await read()).find((mail) => mail.id === id);
  app.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
  });
  app.get('/', async (context) => context.html(listPage(await read())));
  app.get('/mails/:id', async (context) => {
    const mail = await find(context.req.param('id'));
    return mail ? context.html(mailPage(mail)) : context.html(notFoundPage(), 404);
  });
  app.get('/mails/:id/html', async (context) => {
    const mail = await find(context.req.param('id'));
    if (!mail) return context.html(notFoundPage(), 404);
    // Said once more by the answer itself, for whoever opens it outside the frame.
    const policy = `sandbox ${frameSandbox}; default-src 'none'; style-src 'unsafe-inline'; img-src data:`;
    return context.html(frameContent(mail), 200, { 'content-security-policy': policy });
  });
  return app;
}
