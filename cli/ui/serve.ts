/** Serves the pages of `curfew ui` on this machine alone, at a port of its own. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createUi, type UiOptions } from './app.ts';

export interface Serving {
  /** An address that opens the pages once, within some minutes. */
  newAddress(): string;
  close(): Promise<void>;
}

const host = '127.0.0.1';

export async function serveUi(options: Omit<UiOptions, 'authority'>): Promise<Serving> {
  let port = 0;
  const ui = createUi({ ...options, authority: () => `${host}:${port}` });
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const made = serve({ fetch: ui.fetch, hostname: host, port: 0 }, () => resolve(made));
    made.once('error', reject);
  });
  port = (server.address() as AddressInfo).port;
  return {
    newAddress: () => `http://${host}:${port}${ui.newOpening()}`,
    close: () =>
      new Promise((resolve) => {
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
