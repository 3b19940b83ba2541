/** The organisation's verdict as findings, beside those of the guardrails: it refuses or tightens, as they do. */
import type { Finding } from './decision.ts';
import type { Verdict } from './organisation.ts';

const rule = 'organisation';

export function findingsOf({ allow, reasons, require = {} }: Verdict): Finding[] {
  if (!allow) return reasons.map((refuse) => ({ rule, refuse }));
  const { reviews, maxDuration, assurance } = require;
  const why = reasons.length > 0 ? { why: reasons.join(' ') } : {};
  const wants: Omit<Finding, 'rule'>[] = [
    ...(reviews === undefined ? [] : [{ reviews }]),
    ...(maxDuration === undefined ? [] : [{ capSeconds: maxDuration }]),
    ...(assurance === undefined ? [] : [{ assurance }]),
  ];
  return (wants.length > 0 || reasons.length === 0 ? wants : [{}]).map((want) => ({ rule, ...want, ...why }));
}
