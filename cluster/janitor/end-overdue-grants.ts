/**
 * The janitor: deletes this deployment's RoleBindings that stand although their time is over, as they do when nothing in
 * AWS can end them. It runs inside the cluster, as it stands here, in a container that holds nothing but Node.
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

interface Binding {
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

function expiryOf({ metadata: { annotations = {} } }: Binding): number | undefined {
  const written = annotations['curfew.dev/expires-at'] ?? '';
  const at = instant.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

const counts = { seen: 0, ended: 0, troubles: 0 };

function trouble(binding: Binding, what: string): void {
  counts.troubles++;
  console.error(`${nameOf(binding)}: ${what}`);
}

const nameOf = ({ metadata: { namespace, name } }: Binding) => `RoleBinding ${namespace}/${name}`;

/** Milliseconds that a grant stands beyond its time; less than nothing while it may stand. */
function overdueBy(binding: Binding, now: number): number {
  const expiry = expiryOf(binding);
  if (expiry !== undefined) return now - expiry - graceMs;
  // Nobody can write such a thing while the fences stand. No grant lasts longer than the longest that is offered.
  const overdue = now - Date.parse(binding.metadata.creationTimestamp) - longestMs - graceMs;
  if (!(overdue > 0))
    trouble(
      binding,
      'carries no readable curfew.dev/expires-at. Look who changed it, and delete it by hand.',
    );
  return overdue;
}

/** Deletes exactly this object and reads back: a finalizer may hold it, and then it still grants. */
async function end(binding: Binding): Promise<void> {
  const { namespace, name, uid } = binding.metadata;
  const target = `${api}/namespaces/${namespace}/rolebindings/${encodeURIComponent(name)}`;
  const deleted = await call('DELETE', target, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
    propagationPolicy: 'Background',
  });
  const found = await call('GET', target);
  const gone = found.status === 404 || (found.status === 200 && found.body.metadata.uid !== uid);
  if (gone) {
    counts.ended++;
    console.log(
      `${nameOf(binding)}: ended; it was to end at ${binding.metadata.annotations?.['curfew.dev/expires-at']}.`,
    );
    return;
  }
  const held = found.body?.metadata?.finalizers;
  const why = held
    ? `its finalizers hold it: ${held}`
    : (found.status === 200 ? deleted : found).body?.message;
  trouble(binding, `still stands. DELETE was answered ${deleted.status}, GET ${found.status}: ${why}`);
}

/** One page: what is overdue on it is ended before the next is read. Returns where the next begins, '' after the last. */
async function page(from: string): Promise<string> {
  const query = new URLSearchParams({
    limit: String(pageSize),
    labelSelector: `app.kubernetes.io/managed-by=curfew,curfew.dev/deployment=${deployment}`,
    ...(from ? { continue: from } : {}),
  });
  const { status, date = '', body } = await call('GET', `${api}/rolebindings?${query}`);
  if (status !== 200) throw new Error(`Listing RoleBindings was answered ${status}: ${body?.message}`);
  // This machine's clock may be wrong, and would then end what lives; the API server's also judged the grant's creation.
  const now = Date.parse(date);
  if (Number.isNaN(now)) throw new Error('The API server did not say what time it is.');
  const standing: Binding[] = body.items;
  counts.seen += standing.length;
  const overdue = standing.filter((binding) => overdueBy(binding, now) > 0);
  while (overdue.length > 0) {
    await Promise.all(
      overdue
        .splice(0, deletesAtOnce)
        .map((binding) => end(binding).catch((error: Error) => trouble(binding, error.message))),
    );
  }
  return body.metadata.continue ?? '';
}

try {
  let next = '';
  do next = await page(next);
  while (next);
} catch (error) {
  counts.troubles++;
  console.error((error as Error).message);
}
agent.destroy();
console.log(`${counts.seen} grants seen, ${counts.ended} ended, ${counts.troubles} troubles.`);
process.exitCode = counts.troubles === 0 ? 0 : 1;
