/** A TCP connection between two parts of the local cloud that can be cut: whoever is told of the link instead of the part is cut off with it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * `refused`: connections are reset, open and new ones. `silent`: nothing comes through, and nobody is told; what was sent
 * meanwhile arrives when the link is mended, as late as that may be.
 */
export type Cut = 'refused' | 'silent';

export interface NetworkLink {
  /** The part's address with the link's port. */
  url: string;
  cut(how: Cut): void;
  mend(): void;
  stop(): Promise<void>;
}

/** Listens on loopback only. `to` is where the part listens, such as https://127.0.0.1:6443; TLS goes through as it is. */
export async function startNetworkLink(to: string): Promise<NetworkLink> {
  const { hostname, port } = new URL(to);
  const open = new Set<Socket>();
  let state: Cut | 'whole' = 'whole';

  function forward(from: Socket, into: Socket): void {
    open.add(from);
    from.setNoDelay(true);
    if (state === 'silent') from.pause();
    from
      .on('data', (bytes) => into.write(bytes))
      .on('end', () => into.end())
      // Whoever is at the other end learns of it by the close that follows.
      .on('error', () => {})
      .on('close', () => {
        open.delete(from);
        into.destroy();
      });
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    if (state === 'refused') {
      near.on('error', () => {}).resetAndDestroy();
      return;
    }
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    forward(near, far);
    forward(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(to);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.origin,
    cut(how) {
      state = how;
      for (const socket of open) how === 'silent' ? socket.pause() : socket.resetAndDestroy();
    },
    mend() {
      state = 'whole';
      for (const socket of open) socket.resume();
    },
    async stop() {
      for (const socket of open) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
