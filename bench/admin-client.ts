/** The cluster's administrator on one kept connection or a few: cheap enough to ask hundreds of times a second. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import * as z from 'zod';
import type { LocalCluster } from '#local/kubernetes/cluster.ts';

export interface Subject {
  kind: 'User' | 'Group';
  name: string;
}

export interface AdminClient {
  /** Status and body of any call. */
  call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }>;
  /** Whether RBAC lets somebody list services there, now. */
  mayListServices(subject: Subject, namespace: string): Promise<boolean>;
  close(): Promise<void>;
}

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const kubeconfig = z.object({
  users: z.tuple([
    z.object({ user: z.object({ 'client-certificate-data': base64, 'client-key-data': base64 }) }),
  ]),
});
const review = z.object({ status: z.object({ allowed: z.boolean() }) });

export async function adminClient(
  { url, caPem, adminKubeconfig }: Pick<LocalCluster, 'url' | 'caPem' | 'adminKubeconfig'>,
  connections: number,
): Promise<AdminClient> {
  const [{ user }] = kubeconfig.parse(parse(await readFile(adminKubeconfig, 'utf8'))).users;
  const dispatcher = new Agent({
    connect: { ca: caPem, cert: user['client-certificate-data'], key: user['client-key-data'] },
    connections,
    keepAliveTimeout: 60_000,
  });
  const call: AdminClient['call'] = async (method, path, body) => {
    const answer = await request(url + path, {
      dispatcher,
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.statusCode, body: await answer.body.json() };
  };
  return {
    call,
    async mayListServices({ kind, name }, namespace) {
      const { body } = await call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          ...(kind === 'User' ? { user: name } : { user: 'nobody', groups: [name] }),
          resourceAttributes: { namespace, verb: 'list', resource: 'services' },
        },
      });
      return review.parse(body).status.allowed;
    },
    close: () => dispatcher.close(),
  };
}
