/** The kubeconfig that the CLI writes, as kubectl and people meet it. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kubeconfigEntries } from '../../cli/kubeconfig.ts';
import { findContext, mergeKubeconfig } from '../../cli/kubeconfig-file.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'curfew-kubeconfig-'));
  path = join(directory, 'deeper', 'config');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const cluster = {
  eksName: 'payments-eks',
  region: 'eu-west-1',
  endpoint: 'https://1234.gr7.eu-west-1.eks.amazonaws.com',
  certificateAuthority: 'Q0E=',
};
const entries = kubeconfigEntries({
  cluster,
  context: 'payments-prod',
  namespace: 'payments',
  profile: 'dev',
});

const own = `# mine, by hand
apiVersion: v1
kind: Config
clusters:
- name: home
  cluster: {server: https://home.example.com} # behind the router
contexts:
- name: home
  context: {cluster: home, user: me}
users:
- name: me
  user: {token: "0123"}
current-context: home
`;

function writeOwn(): string {
  const file = join(directory, 'own');
  writeFileSync(file, own, { mode: 0o640 });
  return file;
}

test('a new file is private, and its one context is the current one', () => {
  expect(mergeKubeconfig(path, entries, false)).toEqual({ replaced: false, current: true });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const config = parse(readFileSync(path, 'utf8'));
  expect(config['current-context']).toBe('payments-prod');
  expect(config.contexts).toEqual([
    {
      name: 'payments-prod',
      context: { cluster: 'payments-prod', user: 'payments-prod', namespace: 'payments' },
    },
  ]);
});

test('the exec plugin names cluster, region and profile, and holds no credential', () => {
  const { exec } = entries.user.user;
  expect(exec.args.slice(-7)).toEqual([
    'token',
    '--eks-name',
    'payments-eks',
    '--region',
    'eu-west-1',
    '--profile',
    'dev',
  ]);
  expect(exec).toMatchObject({ apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' });
});

test('what else is in the file stays: comments, order, mode, and the current context', () => {
  const file = writeOwn();
  expect(mergeKubeconfig(file, entries, false)).toEqual({ replaced: false, current: false });
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('# mine, by hand');
  expect(text).toContain('# behind the router');
  const config = parse(text);
  expect(config.clusters.map(({ name }: { name: string }) => name)).toEqual(['home', 'payments-prod']);
  expect(config.users[0]).toEqual({ name: 'me', user: { token: '0123' } });
  expect(config['current-context']).toBe('home');
  expect(statSync(file).mode & 0o777).toBe(0o640);
});

test('doing it again replaces its own entries only, and --use makes it the current one', () => {
  const file = writeOwn();
  mergeKubeconfig(file, entries, false);
  const moved = kubeconfigEntries({
    cluster: { ...cluster, endpoint: 'https://new.example.com' },
    context: 'payments-prod',
  });
  expect(mergeKubeconfig(file, moved, true)).toEqual({ replaced: true, current: true });
  const config = parse(readFileSync(file, 'utf8'));
  expect(config.clusters).toHaveLength(2);
  expect(config.clusters[1].cluster.server).toBe('https://new.example.com');
  expect(config.users[1].user.exec.args).not.toContain('--profile');
});

test.each([
  ['broken YAML', 'a: [', /not valid YAML/],
  ['something else', '- just\n- a list\n', /not a kubeconfig/],
])('%s is left as it is', (_, text, words) => {
  const file = join(directory, 'other');
  writeFileSync(file, text);
  expect(() => mergeKubeconfig(file, entries, false)).toThrow(words);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a file that kubectl has locked is left alone', () => {
  const file = writeOwn();
  writeFileSync(`${file}.lock`, '');
  expect(() => mergeKubeconfig(file, entries, false)).toThrow(/locked by another program/);
  expect(readFileSync(file, 'utf8')).toBe(own);
});

test('a context that leads to a cluster is found by its address, the current one first', () => {
  const file = writeOwn();
  const env = { KUBECONFIG: `${join(directory, 'missing')}:${file}` };
  expect(findContext(cluster.endpoint, env)).toBeUndefined();
  mergeKubeconfig(file, kubeconfigEntries({ cluster, context: 'first' }), false);
  expect(findContext(cluster.endpoint, env)).toEqual({ name: 'first', current: false });
  mergeKubeconfig(file, kubeconfigEntries({ cluster, context: 'second' }), true);
  expect(findContext(cluster.endpoint, env)).toEqual({ name: 'second', current: true });
});
