/** Sends a request to the emulator exactly as its caller signed it; `fetch` would not let us keep its Host header. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  method: string;
  /** Path and query, still encoded. */
  url: string;
  /** Name, value, name, value: as they were signed, with Host. */
  rawHeaders: string[];
  body?: Uint8Array;
}

export interface SignedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const patienceMs = 10_000;

/** Rejects when the emulator can't be reached or says nothing for 10 s. */
export function sendAsSigned(emulatorUrl: string, request: SignedRequest): Promise<SignedAnswer> {
  const { hostname, port } = new URL(emulatorUrl);
  const { method, url: path, rawHeaders: headers } = request;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      hostname,
      port,
      path,
      method,
      headers,
      setHost: false,
      timeout: patienceMs,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('The emulator said nothing for 10 s.')));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('error', reject);
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { statusCode: status = 500, headers } = incoming;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.end(request.body);
  });
}
