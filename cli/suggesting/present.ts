/** `curfew request --suggest`: reads what kubectl was refused, and prints the command that asks for it. */
import { text } from 'node:stream/consumers';
import { formatDuration } from '#domain/duration.ts';
import { InvalidInput } from '#domain/errors.ts';
import type { AskOptions } from '../asking.ts';
import { NoAccess } from '../failures.ts';
import { findContext } from '../kubeconfig-file.ts';
import { programName } from '../self.ts';
import type { Session } from '../session.ts';
import { safeText } from '../terminal/safe-text.ts';
import { type RefusedCall, readForbidden } from './forbidden.ts';
import { type Suggestion, suggest } from './suggest.ts';

/** A message longer than this is none of kubectl's. */
const longest = 64 * 1024;

/** `message`: as given on the command line; true where it is to be read from stdin. Throws NoAccess when no role gives it all. */
export async function presentSuggestion(
  session: Session,
  message: string | true,
  options: AskOptions,
): Promise<void> {
  const { terminal } = session;
  const { calls, paths } = readForbidden(message === true ? await pasted(session) : message);
  if (calls.length === 0) throw new InvalidInput(nothingRead(paths));
  const catalog = await session.api().catalog();
  const { suggestions, without } = suggest(calls, catalog, {
    cluster: options.cluster,
    namespaces: options.namespace,
  });
  const commands = await Promise.all(
    suggestions.map(async (one) => ({
      ...one,
      command: commandOf(one, await clusterOf(session, one), options),
    })),
  );
  terminal.json({
    suggestions: commands.map(({ kind, role, calls: allowed, allow, namespaces, clusters, command }) => ({
      kind,
      role: role.name,
      calls: allowed,
      allow,
      namespaces,
      clusters,
      command,
    })),
    without,
  });
  for (const { role, calls: allowed, allow, namespaces, command } of commands) {
    terminal.print([
      safeText(`To ${allowed.map(callInWords).join(', ')} in ${namespaces.join(', ')}:`),
      safeText(`  ${command}`),
      ...(allow.length > 0
        ? [
            role.tasks === 'only'
              ? `That is all it gives. ${role.name} is given in such parts only; what it can be for:`
              : `That is all it gives. For all that ${role.name} lets one do, leave --allow out:`,
          ].map(safeText)
        : []),
      safeText(`${role.name}: ${role.inShort}`),
    ]);
  }
  if (without.length > 0)
    throw new NoAccess(
      without.map(({ call, why }) => safeText(`To ${callInWords(call)}: ${why}`)).join('\n'),
    );
}

async function pasted({ terminal }: Session): Promise<string> {
  if (process.stdin.isTTY) terminal.progress('Paste what kubectl said, then press Ctrl-D on a new line.');
  return (await text(process.stdin)).slice(0, longest);
}

function nothingRead(paths: readonly string[]): string {
  if (paths.length > 0) {
    return safeText(
      `Access to ${paths.join(', ')} is for the whole cluster; access is given in namespaces only. Ask your platform team.`,
    );
  }
  return (
    'That is no message of a cluster that refuses something (User "..." cannot list resource "pods" ...). ' +
    `Pipe kubectl into it: kubectl get pods 2>&1 | ${programName()} request --suggest`
  );
}

/** `patch deployments "web"`. */
function callInWords({ verb, resource, name }: RefusedCall): string {
  return `${verb} ${resource}${name === undefined ? '' : ` "${name}"`}`;
}

/** The only one, or that to which the current kubeconfig context leads; undefined where the person has to choose. */
async function clusterOf(session: Session, { clusters }: Suggestion): Promise<string | undefined> {
  const [only, ...more] = clusters;
  if (more.length === 0) return only;
  for (const name of clusters) {
    const leads = await session
      .api()
      .cluster(name)
      .then(({ endpoint }) => findContext(endpoint)?.current)
      // Only a hint depends on it.
      .catch(() => undefined);
    if (leads) return name;
  }
  return undefined;
}

const usualSeconds = 30 * 60;

function commandOf(
  { role, allow, namespaces, clusters }: Suggestion,
  cluster: string | undefined,
  given: AskOptions,
): string {
  const quoted = (value: string) => `"${value.replace(/["\\$`!]/g, '\\$&')}"`;
  const duration =
    given.for ?? given.duration ?? formatDuration(Math.min(usualSeconds, role.maxDurationSeconds));
  return [
    `${programName()} request --role ${role.name}`,
    ...allow.map((text) => `--allow ${quoted(text)}`),
    `--cluster ${cluster ?? `<${clusters.join(' or ')}>`}`,
    ...namespaces.map((namespace) => `-n ${namespace}`),
    `--for ${duration}`,
    `--reason ${given.reason ? quoted(given.reason) : '"<why>"'}`,
    ...(role.ticketRequired || given.ticket
      ? [`--ticket ${given.ticket ? quoted(given.ticket) : '<id>'}`]
      : []),
  ].join(' ');
}
