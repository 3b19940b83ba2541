/** A real OPA server on this machine, with a certificate of an authority of its own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePki } from '#local/kubernetes/pki.ts';
import { ensureOpa } from '#local/opa/opa.ts';
import { freePort, startProcess, untilReady } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';

export interface OpaServer {
  /** Of the document that Curfew asks for. */
  url: string;
  certificateAuthority: string;
  stop(): Promise<void>;
}

/** Serves what the files hold: rules, and data as JSON. */
export async function startOpaServer(files: readonly string[]): Promise<OpaServer> {
  const opa = await ensureOpa(silentProgress());
  const dir = await mkdtemp(join(tmpdir(), 'curfew-opa-server-'));
  const pki = await ensurePki(dir);
  const certificateAuthority = await readFile(pki.ca, 'utf8');
  const address = `127.0.0.1:${await freePort()}`;
  const child = await startProcess({
    name: 'opa',
    command: opa,
    args: [
      ...['run', '--server', '--addr', address, '--log-level', 'error', '--skip-version-check'],
      ...['--tls-cert-file', pki.serverCert, '--tls-private-key-file', pki.serverKey, ...files],
    ],
    logFile: join(dir, 'opa.log'),
  });
  const stop = async () => {
    await child.stop();
    await rm(dir, { recursive: true, force: true });
  };
  await untilReady(child, 'answering', () => healthy(`https://${address}/health`, certificateAuthority));
  return { url: `https://${address}/v1/data/curfew/access/verdict`, certificateAuthority, stop };
}

function healthy(url: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const question = request(url, { ca }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    question.on('error', () => resolve(false)).end();
  });
}
