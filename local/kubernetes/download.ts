/**
 * Fetches the official envtest archive (etcd, kube-apiserver, kubectl) of the Kubernetes project. Its SHA-512 is
 * checked against the project's published index, which is fetched first, over TLS from another host than the archive.
 */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setGlobalProxyFromEnv } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { run } from '#local/processes.ts';
import type { Detail } from '#local/progress.ts';
import { programs, type Release } from './release.ts';

export const officialIndex =
  'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml';

export interface DownloadOptions {
  indexUrl: string;
  /** How long a server may stay silent, before its answer and in the middle of it. Building is the way out. */
  silenceMs: number;
  detail: Detail;
}

const Index = z.object({
  releases: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ hash: z.string().regex(/^[0-9a-f]{128}$/, 'expected a SHA-512 in hex'), selfLink: z.url() }),
    ),
  ),
});
type Index = z.infer<typeof Index>;

/** Fills `dir` with the three programs; says what they are. Anything that is not as published is an error. */
export async function downloadPrograms(
  dir: string,
  release: Release,
  options: DownloadOptions,
): Promise<string> {
  const withoutProxies = useProxies();
  const file = path.join(dir, 'archive.tar.gz');
  try {
    const archive = chooseArchive(await fetchIndex(options), release, options.indexUrl);
    await fetchArchive(archive, file, options);
    await unpack(file, dir, archive.url);
    return `${archive.url}\nsha512 ${archive.sha512}\n`;
  } finally {
    await rm(file, { force: true });
    withoutProxies();
  }
}

interface Archive {
  url: string;
  sha512: string;
}

async function fetchIndex({ indexUrl, silenceMs }: DownloadOptions): Promise<Index> {
  const patience = new Patience(silenceMs);
  const response = await get(indexUrl, patience);
  const text = await response.text().catch((error: unknown) => {
    throw patience.explain(indexUrl, error);
  });
  patience.end();
  const index = Index.safeParse(tryYaml(text));
  if (!index.success) {
    throw new Error(`${indexUrl} is not an index of envtest releases: ${z.prettifyError(index.error)}.`);
  }
  return index.data;
}

/** The pinned version, else the newest patch of its minor: the archives don't follow every patch of Kubernetes. */
function chooseArchive({ releases }: Index, { version, os, arch }: Release, indexUrl: string): Archive {
  const minor = version.split('.').slice(0, 2).join('.');
  const patch = (name: string) => Number(name.slice(`v${minor}.`.length));
  const [newest] = Object.keys(releases)
    .filter((name) => name.startsWith(`v${minor}.`) && Number.isInteger(patch(name)))
    .sort((a, b) => patch(b) - patch(a));
  const chosen = releases[`v${version}`] ? `v${version}` : newest;
  const archive = chosen && releases[chosen]?.[`envtest-${chosen}-${os}-${arch}.tar.gz`];
  if (!archive) throw new Error(`${indexUrl} lists no archive of Kubernetes ${minor} for ${os} ${arch}.`);
  return { url: archive.selfLink, sha512: archive.hash };
}

async function fetchArchive({ url, sha512 }: Archive, file: string, options: DownloadOptions): Promise<void> {
  const patience = new Patience(options.silenceMs);
  const { body, headers } = await get(url, patience);
  if (!body) throw new Error(`${url} answered with nothing.`);
  const total = Number(headers.get('content-length'));
  const hash = createHash('sha512');
  let bytes = 0;
  async function* counted(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      patience.renew();
      hash.update(chunk);
      bytes += chunk.byteLength;
      options.detail(`${megabytes(bytes)}${total ? ` of ${megabytes(total)}` : ''} MB`);
      yield chunk;
    }
  }
  await pipeline(Readable.fromWeb(body), counted, createWriteStream(file)).catch((error: unknown) => {
    throw patience.explain(url, error);
  });
  patience.end();
  const actual = hash.digest('hex');
  if (actual !== sha512) {
    throw new Error(
      `${url} is not what was published, and was not used: its ${bytes} bytes have the SHA-512 ` +
        `${actual.slice(0, 16)}..., the index says ${sha512.slice(0, 16)}...`,
    );
  }
}

async function unpack(file: string, dir: string, url: string): Promise<void> {
  const members = programs.map((program) => `controller-tools/envtest/${program}`);
  const { code, stderr } = await run({
    command: 'tar',
    args: ['-xzf', file, '-C', dir, '--strip-components=2', ...members],
  });
  if (code !== 0) throw new Error(`${url} could not be unpacked: ${stderr.trim()}.`);
}

async function get(url: string, patience: Patience): Promise<Response> {
  const response = await fetch(url, { signal: patience.signal }).catch((error: unknown) => {
    throw patience.explain(url, error);
  });
  patience.renew();
  if (response.ok) return response;
  patience.end();
  await response.body?.cancel();
  throw new Error(`${url} answered ${response.status}.`);
}

/** Gives up on a server that has been silent for too long. */
class Patience {
  readonly #controller = new AbortController();
  readonly #silenceMs: number;
  #timer: NodeJS.Timeout;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** What went wrong, in words: fetch hides the reason in a cause. */
  explain(url: string, error: unknown): Error {
    this.end();
    if (this.signal.aborted) return new Error(`${url} was silent for ${this.#silenceMs / 1000} s.`);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return new Error(`${url} could not be read: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(), this.#silenceMs);
  }
}

/** fetch heeds HTTPS_PROXY and its kin only when told. What runs on this machine is never asked for through a proxy. */
function useProxies(environment: NodeJS.ProcessEnv = process.env): () => void {
  const noProxy = [environment.no_proxy ?? environment.NO_PROXY, 'localhost', '127.0.0.1']
    .filter(Boolean)
    .join(',');
  return setGlobalProxyFromEnv({ ...environment, no_proxy: noProxy, NO_PROXY: noProxy });
}

function tryYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
