/** Opens a WebSocket to a real API server as somebody else, as kubectl does for exec, attach and port-forward. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';
import type { LocalCluster } from '#local/kubernetes/cluster.ts';

/** Status and message of the answer; 101 where the server switched protocols, and the connection is closed again. */
export function openSocket(
  cluster: LocalCluster,
  { method, path, as }: { method: 'GET' | 'POST'; path: string; as: string },
): Promise<{ status: number; message: string | undefined }> {
  const [{ user }] = parse(readFileSync(cluster.adminKubeconfig, 'utf8')).users;
  const pem = (text: string) => Buffer.from(text, 'base64').toString('utf8');
  return new Promise((resolve, reject) => {
    const request = https.request(new URL(path, cluster.url), {
      method,
      ca: cluster.caPem,
      cert: pem(user['client-certificate-data']),
      key: pem(user['client-key-data']),
      agent: false,
      headers: {
        'impersonate-user': as,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        'sec-websocket-protocol': 'v5.channel.k8s.io',
      },
    });
    request.on('error', reject);
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, message: undefined });
    });
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, message: JSON.parse(text).message }),
      );
    });
    request.end();
  });
}
