/** A small HTTPS stand-in for a cluster's API: knows whom its access entries let in, and answers what its RoleBindings allow. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';
import { personOfKey } from './people.ts';

export interface ClusterServer {
  endpoint: string;
  /** PEM in base64. */
  certificateAuthority: string;
  /** Each token that was shown to it, in order. */
  tokens: string[];
  /** How often it still doesn't know somebody whose access entry is there. */
  ignorantFor: number;
  close(): Promise<void>;
}

/** Whether the bearer's access entry is there, and the person's username by it. */
function authenticate(world: MemoryWorld, token: string): string | undefined {
  const url = new URL(Buffer.from(token.replace(/^k8s-aws-v1\./, ''), 'base64url').toString('utf8'));
  const person = personOfKey((url.searchParams.get('X-Amz-Credential') ?? '').split('/')[0] ?? '');
  const entry = [...world.inside.entries.standing.values()].find(
    ({ principalArn }) => principalArn === person?.principal.arn,
  );
  return person && entry?.username.replace('{{SessionNameRaw}}', person.sessionName);
}

function allows(
  world: MemoryWorld,
  user: string,
  wanted: { namespace: string; verb: string; resource: string },
): boolean {
  const cluster = world.clusterOf('payments-prod');
  return [...cluster.roleBindings.values()].some(
    ({ metadata, subjects, roleRef }) =>
      metadata.namespace === wanted.namespace &&
      subjects.some(({ name }) => name === user) &&
      cluster.clusterRoles
        .get(roleRef.name)
        ?.rules.some(
          ({ verbs, resources }) => verbs.includes(wanted.verb) && resources.includes(wanted.resource),
        ),
  );
}

export async function startClusterServer(world: MemoryWorld, pkiDir: string): Promise<ClusterServer> {
  const pki = await ensurePki(pkiDir);
  const unknown = new Set<string>();
  const server = createServer(
    { cert: readFileSync(pki.serverCert), key: readFileSync(pki.serverKey) },
    (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
        self.tokens.push(token);
        const user = authenticate(world, token);
        // As API servers do: a token that was unknown once stays unknown for a while.
        if (user && !unknown.has(token) && self.ignorantFor > 0) self.ignorantFor -= 1;
        else if (user && !unknown.has(token)) {
          const { resourceAttributes } = JSON.parse(body).spec;
          response.writeHead(201, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ status: { allowed: allows(world, user, resourceAttributes) } }));
          return;
        }
        unknown.add(token);
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ kind: 'Status', code: 401 }));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: ClusterServer = {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthority: readFileSync(pki.ca).toString('base64'),
    tokens: [],
    ignorantFor: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return self;
}
