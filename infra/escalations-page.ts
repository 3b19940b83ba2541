/** The known escalations as the table of docs/escalations.md. */
import { knownEscalations } from '#domain/escalation/known.ts';

const heading = '| id | severity | the role can | | in a namespace |\n|---|---|---|---|---|\n';

/** The page with its table made anew: it is the page's last part. */
export function withEscalations(page: string): string {
  const rows = knownEscalations.map(({ id, severity, title, why, calls, wildcard }) => {
    const reachable = wildcard || calls.some(({ clusterOnly }) => !clusterOnly);
    return `| \`${id}\` | ${severity} | ${title} | ${why} | ${reachable ? 'yes' : 'no'} |\n`;
  });
  return page.slice(0, page.indexOf('\n| id |') + 1) + heading + rows.join('');
}
