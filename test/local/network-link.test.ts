/** A link lets everything through until it is cut; cut, it says so at once or not at all, and what was sent into silence arrives late. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type NetworkLink, startNetworkLink } from '#local/network-link.ts';

let heard: string[];
let server: Server;
let link: NetworkLink;
const sockets: Socket[] = [];

/** Answers each message with the same in capitals. */
beforeEach(async () => {
  heard = [];
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard.push(text);
      socket.write(text.toUpperCase());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  link = await startNetworkLink(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await link.stop();
  server.close();
});

function call(): Socket {
  const socket = connect(Number(new URL(link.url).port), '127.0.0.1').setEncoding('utf8');
  sockets.push(socket.on('error', () => {}));
  return socket;
}

async function dial(): Promise<Socket> {
  const socket = call();
  await once(socket, 'connect');
  return socket;
}

async function answerTo(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, 'data');
  socket.write(text);
  return (await answer)[0];
}

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 100));

test('carries both ways, in the form of the address it was given', async () => {
  expect(new URL(link.url).protocol).toBe('http:');
  expect(await answerTo(await dial(), 'hello')).toBe('HELLO');
});

test('refused: open connections are reset, new ones too, until it is mended', async () => {
  const before = await dial();
  await answerTo(before, 'hello');
  link.cut('refused');
  await closed(before);
  await closed(call());
  expect(heard).toEqual(['hello']);
  link.mend();
  expect(await answerTo(await dial(), 'again')).toBe('AGAIN');
});

test('silent: nothing comes through and nothing is closed; once mended it arrives, also of connections made meanwhile', async () => {
  const before = await dial();
  await answerTo(before, 'hello');
  link.cut('silent');
  const meanwhile = await dial();
  const late = [once(before, 'data'), once(meanwhile, 'data')];
  before.write('late');
  meanwhile.write('later');
  await aMoment();
  expect(heard).toEqual(['hello']);
  expect([before.destroyed, meanwhile.destroyed]).toEqual([false, false]);
  link.mend();
  expect((await Promise.all(late)).map(([text]) => text)).toEqual(['LATE', 'LATER']);
});

test('the end of one side is the end of the other', async () => {
  const socket = await dial();
  await answerTo(socket, 'hello');
  const [far] = sockets.filter((one) => one.localPort === (server.address() as AddressInfo).port);
  far?.end();
  await closed(socket);
});
