/** Puts entries into a person's kubeconfig file: what else is in it stays as it was, comments too. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { InvalidInput, Unavailable } from '#domain/errors.ts';
import type { KubeconfigEntries } from './kubeconfig.ts';

/** Files kubectl reads, in its order: `$KUBECONFIG`, else `~/.kube/config`. */
export function kubeconfigPaths(env: NodeJS.ProcessEnv = process.env): string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length > 0 ? listed : [join(env.HOME || homedir(), '.kube', 'config')];
}

function parse(path: string, text: string): Document {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault) throw new InvalidInput(`${path} is not valid YAML, so nothing was changed: ${fault.message}`);
  if (document.contents !== null && !isMap(document.contents)) {
    throw new InvalidInput(`${path} is not a kubeconfig, so nothing was changed.`);
  }
  return document;
}

function put(document: Document, list: string, entry: { name: string }): void {
  let items = document.get(list, true) as YAMLSeq | undefined;
  if (!isSeq(items)) {
    document.set(list, document.createNode([]));
    items = document.get(list, true) as YAMLSeq;
  }
  items.flow = false;
  const index = items.items.findIndex((item) => isMap(item) && (item as YAMLMap).get('name') === entry.name);
  if (index < 0) items.add(document.createNode(entry));
  else items.set(index, document.createNode(entry));
}

export interface Merged {
  /** Whether a context of this name was there before. */
  replaced: boolean;
  current: boolean;
}

/**
 * Adds or replaces the entries in the file, which is made if need be (mode 0600). The context becomes the current one
 * when `use` says so or there is none. Locks as kubectl does, and never leaves a half-written file.
 */
export function mergeKubeconfig(path: string, entries: KubeconfigEntries, use: boolean): Merged {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const target = existsSync(path) ? realpathSync(path) : path;
  const lock = `${path}.lock`;
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new InvalidInput(`Can't write to ${dirname(path)}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    throw new Unavailable(
      `${path} is locked by another program (${lock} exists). Try again; if nothing uses it, delete that file.`,
    );
  }
  try {
    const document = parse(target, existsSync(target) ? readFileSync(target, 'utf8') : '');
    if (document.contents === null)
      document.contents = document.createNode({ apiVersion: 'v1', kind: 'Config' });
    const replaced = contextNames(document).includes(entries.context.name);
    put(document, 'clusters', entries.cluster);
    put(document, 'contexts', entries.context);
    put(document, 'users', entries.user);
    if (use || !document.get('current-context')) document.set('current-context', entries.context.name);
    const mode = existsSync(target) ? statSync(target).mode & 0o777 : 0o600;
    const draft = `${target}.${process.pid}.new`;
    writeFileSync(draft, document.toString({ lineWidth: 0 }), { mode });
    renameSync(draft, target);
    return { replaced, current: document.get('current-context') === entries.context.name };
  } finally {
    rmSync(lock, { force: true });
  }
}

function contextNames(document: Document): string[] {
  const contexts = document.toJS()?.contexts;
  return Array.isArray(contexts) ? contexts.map((context) => String(context?.name)) : [];
}

/** Name of a context that leads to this API server, and whether it is the current one; undefined when there is none. */
export function findContext(
  endpoint: string,
  env: NodeJS.ProcessEnv = process.env,
): { name: string; current: boolean } | undefined {
  let current = '';
  const found: string[] = [];
  const clusters = new Set<string>();
  const contexts: { name: string; cluster: string }[] = [];
  for (const path of kubeconfigPaths(env)) {
    try {
      const config = parse(path, readFileSync(path, 'utf8')).toJS() ?? {};
      current ||= config['current-context'] ?? '';
      for (const { name, cluster } of config.clusters ?? [])
        if (cluster?.server === endpoint) clusters.add(name);
      for (const { name, context } of config.contexts ?? [])
        contexts.push({ name, cluster: context?.cluster });
    } catch {
      // Only a hint depends on it: a file that can't be read has no context for us.
    }
  }
  for (const context of contexts) if (clusters.has(context.cluster)) found.push(context.name);
  const name = found.includes(current) ? current : found[0];
  return name === undefined ? undefined : { name, current: name === current };
}
