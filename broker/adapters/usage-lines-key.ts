/** Where lines of a cluster's audit log lie in the locked bucket: named by what they are, so that lines delivered twice lie there once. */
import { sha256Hex } from '#domain/digest.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import { parseAuditLine } from '#domain/usage/audit-line.ts';

/** `usage/us-east-1/payments-prod/2026-11-21/<digest>.ndjson.gz`; the day is that of the first line that tells one. */
export function usageLinesKey({ region, eksName }: EksCluster, lines: readonly string[]): string {
  const days = lines.flatMap((line) => {
    const parsed = parseAuditLine(line);
    return typeof parsed === 'string' ? [] : [parsed.receivedAt.slice(0, 10)];
  });
  return `usage/${region}/${eksName}/${days[0] ?? 'unread'}/${sha256Hex(lines.join('\n'))}.ndjson.gz`;
}
