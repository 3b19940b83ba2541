/** The organisation's policy that was deployed with a function: `policy.json` beside its bundle says of which kind. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { noObjection } from '#domain/policy/organisation.ts';
import type { Metrics, OrganisationPolicy } from '#ports';
import { type Evaluate, judgedOrganisation, PolicyFault } from './judged-organisation.ts';
import { policyServer } from './policy-server.ts';
import { wasmPolicy } from './wasm-policy.ts';

const deployedSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** `policy.wasm` lies beside it. */
  z.strictObject({ kind: z.literal('compiled'), data: z.record(z.string(), z.unknown()) }),
  z.strictObject({
    kind: z.literal('server'),
    url: z.url({ protocol: /^https$/ }),
    certificateAuthority: z.string().exactOptional(),
  }),
]);
export type DeployedOrganisation = z.input<typeof deployedSchema>;

const besideTheBundle = new URL('policy.json', import.meta.url);

/**
 * Read once per container. Where it can't be, everything is refused and counted: the functions that decide also end
 * access, and that must go on.
 */
export function deployedOrganisation(
  metrics: Pick<Metrics, 'count'>,
  file: URL = besideTheBundle,
): OrganisationPolicy {
  return judgedOrganisation(evaluatorOf(file), metrics);
}

function evaluatorOf(file: URL): Evaluate {
  try {
    const deployed = deployedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (deployed.kind === 'none') return async () => noObjection;
    if (deployed.kind === 'server') return policyServer(deployed);
    return wasmPolicy(readFileSync(new URL('policy.wasm', file)), { data: deployed.data });
  } catch {
    const missing = 'what was deployed of it can not be read; deploy again';
    return () => Promise.reject(new PolicyFault(missing));
  }
}
