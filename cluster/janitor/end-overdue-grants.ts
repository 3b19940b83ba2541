/**
 * The janitor: deletes this deployment's RoleBindings that stand although their time is over, as they do when nothing in
 * AWS can end them, and then the Roles that were made for them alone. It runs inside the cluster, as it stands here, in a container that holds nothing but Node.
 *
 * Arguments: folder of the service account's token and CA, id of the deployment, and the longest duration that the
 * catalog offers on this cluster, in seconds. Exits with 1 when something stands that it could not end or judge.
 */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';

const [account = '', deployment = '', longestSeconds = ''] = process.argv.slice(2);
const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = process.env;
const longestMs = Number(longestSeconds) * 1000;
if (!account || !deployment || !host || !port || !(longestMs > 0))
  throw new Error('Start this in a pod: <folder of the service account> <deployment> <longest seconds>.');

/** The broker ends grants on time, and its own sweep within a minute; this is for what they leave standing. */
const graceMs = 90_000;
const pageSize = 500;
const deletesAtOnce = 8;
const timeoutMs = 20_000;

/** By the name of its kind in a path. */
const kinds = { rolebindings: 'RoleBinding', roles: 'Role' } as const;
type Plural = keyof typeof kinds;

/** A RoleBinding or a Role of a grant: both say when it ends. */
interface Granted {
  plural: Plural;
  metadata: {
    namespace: string;
    name: string;
    uid: string;
    creationTimestamp: string;
    annotations?: Record<string, string>;
  };
}

interface Answer {
  status: number;
  /** The API server's own clock, as it answered. */
  date: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes; whoever asked knows its kind.
  body: any;
}

const api = '/apis/rbac.authorization.k8s.io/v1';
const ca = readFileSync(path.join(account, 'ca.crt'));
const token = readFileSync(path.join(account, 'token'), 'utf8').trim();
const agent = new https.Agent({ keepAlive: true, maxSockets: deletesAtOnce });

function call(method: 'GET' | 'DELETE', target: string, body?: object): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const request = https.request({
      host,
      port,
      path: target,
      method,
      headers,
      ca,
      agent,
      timeout: timeoutMs,
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const said = Buffer.concat(chunks).toString('utf8');
        const {
          statusCode: status = 0,
          headers: { date },
        } = response;
        try {
          resolve({ status, date, body: JSON.parse(said) });
        } catch {
          resolve({ status, date, body: { message: said.slice(0, 300) } });
        }
      });
    });
    request.end(text);
  });
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function expiryOf({ metadata: { annotations = {} } }: Granted): number | undefined {
  const written = annotations['curfew.dev/expires-at'] ?? '';
  const at = instant.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

const seen = { rolebindings: 0, roles: 0 };
const ended = { rolebindings: 0, roles: 0 };
let troubles = 0;

function trouble(granted: Granted, what: string): void {
  troubles++;
  console.error(`${nameOf(granted)}: ${what}`);
}

const nameOf = ({ plural, metadata: { namespace, name } }: Granted) =>
  `${kinds[plural]} ${namespace}/${name}`;

/** Milliseconds that a grant stands beyond its time; less than nothing while it may stand. */
function overdueBy(granted: Granted, now: number): number {
  const expiry = expiryOf(granted);
  if (expiry !== undefined) return now - expiry - graceMs;
  // Nobody can write such a thing while the fences stand. No grant lasts longer than the longest that is offered.
  const overdue = now - Date.parse(granted.metadata.creationTimestamp) - longestMs - graceMs;
  if (!(overdue > 0))
    trouble(
      granted,
      'carries no readable curfew.dev/expires-at. Look who changed it, and delete it by hand.',
    );
  return overdue;
}

/** Deletes exactly this object and reads back: a finalizer may hold it, and then it still grants. */
async function end(granted: Granted): Promise<void> {
  const { plural, metadata } = granted;
  const { namespace, name, uid } = metadata;
  const target = `${api}/namespaces/${namespace}/${plural}/${encodeURIComponent(name)}`;
  const deleted = await call('DELETE', target, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
    propagationPolicy: 'Background',
  });
  const found = await call('GET', target);
  const gone = found.status === 404 || (found.status === 200 && found.body.metadata.uid !== uid);
  if (gone) {
    ended[plural]++;
    console.log(
      `${nameOf(granted)}: ended; it was to end at ${metadata.annotations?.['curfew.dev/expires-at']}.`,
    );
    return;
  }
  const held = found.body?.metadata?.finalizers;
  const why = held
    ? `its finalizers hold it: ${held}`
    : (found.status === 200 ? deleted : found).body?.message;
  trouble(granted, `still stands. DELETE was answered ${deleted.status}, GET ${found.status}: ${why}`);
}

/** One page: what is overdue on it is ended before the next is read. Returns where the next begins, '' after the last. */
async function page(plural: Plural, from: string): Promise<string> {
  const query = new URLSearchParams({
    limit: String(pageSize),
    labelSelector: `app.kubernetes.io/managed-by=curfew,curfew.dev/deployment=${deployment}`,
    ...(from ? { continue: from } : {}),
  });
  const { status, date = '', body } = await call('GET', `${api}/${plural}?${query}`);
  if (status !== 200) throw new Error(`Listing ${kinds[plural]}s was answered ${status}: ${body?.message}`);
  // This machine's clock may be wrong, and would then end what lives; the API server's also judged the grant's creation.
  const now = Date.parse(date);
  if (Number.isNaN(now)) throw new Error('The API server did not say what time it is.');
  const standing: Granted[] = body.items.map(({ metadata }: Granted) => ({ plural, metadata }));
  seen[plural] += standing.length;
  const overdue = standing.filter((granted) => overdueBy(granted, now) > 0);
  while (overdue.length > 0) {
    await Promise.all(
      overdue
        .splice(0, deletesAtOnce)
        .map((granted) => end(granted).catch((error: Error) => trouble(granted, error.message))),
    );
  }
  return body.metadata.continue ?? '';
}

async function all(plural: Plural): Promise<void> {
  try {
    let next = '';
    do next = await page(plural, next);
    while (next);
  } catch (error) {
    troubles++;
    console.error((error as Error).message);
  }
}

// A Role gives nobody anything by itself; ending access comes first. Without its Role a RoleBinding gives nothing either.
await all('rolebindings');
await all('roles');
agent.destroy();
console.log(
  `${seen.rolebindings} grants seen, ${ended.rolebindings} ended, ${troubles} troubles. ` +
    `${seen.roles} Roles of tasks seen, ${ended.roles} removed.`,
);
process.exitCode = troubles === 0 ? 0 : 1;
