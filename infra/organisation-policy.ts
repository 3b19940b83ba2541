/** The organisation's policy at synthesis: compiled from Rego, or asked of a central server, or none. */
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DeployedOrganisation } from '#adapters/deployed-organisation.ts';
import { InvalidInput } from '#domain/errors.ts';
import { ensureOpa } from '#local/opa/opa.ts';
import type { Progress } from '#local/progress.ts';
import { compilePolicy, regoFiles } from './compile-policy.ts';
import type { Settings } from './settings.ts';

export interface OrganisationPolicy {
  /** What decides, for the stack's outputs and whoever deploys: `none`, a hash, or the server's address. */
  summary: string;
  /** What lies beside the bundles of the functions that decide, by name. */
  files: Record<string, string | Uint8Array>;
}

type Chosen = Pick<Settings, 'policy' | 'policyServer' | 'policyServerCertificate'>;

/** Where the rules are looked for unless the settings name a folder. */
const usualFolder = 'policy';

export const noPolicy: OrganisationPolicy = described('none', { kind: 'none' });

/** Throws InvalidInput, with what opa said, for a policy that can't judge. */
export async function loadPolicy(chosen: Chosen, progress: Progress): Promise<OrganisationPolicy> {
  const { policy: dir, policyServer: url, policyServerCertificate: certificate } = chosen;
  if (url !== undefined) {
    progress.note(`Organisation policy: asked of ${url}; rules in ${dir} are not deployed.`);
    const authority =
      certificate === undefined ? {} : { certificateAuthority: await readCertificate(certificate) };
    return described(url, { kind: 'server', url, ...authority });
  }
  const files = await regoFiles(dir);
  if (files.length === 0) {
    if (dir !== usualFolder)
      throw new InvalidInput(`The folder ${dir} of the setting "policy" holds no file in Rego (*.rego).`);
    progress.note(
      `Organisation policy: none, since ${dir} holds no file in Rego. The guardrails decide alone.`,
    );
    return noPolicy;
  }
  const { wasm, data } = await compilePolicy(dir, await ensureOpa(progress));
  const hash = createHash('sha256').update(wasm).update(JSON.stringify(data)).digest('hex').slice(0, 16);
  progress.note(
    `Organisation policy: ${files.length} files in ${dir}, checked, tested and compiled (${hash}).`,
  );
  const { summary, files: beside } = described(`compiled ${hash}`, { kind: 'compiled', data });
  return { summary, files: { ...beside, 'policy.wasm': wasm } };
}

function described(summary: string, deployed: DeployedOrganisation): OrganisationPolicy {
  return { summary, files: { 'policy.json': JSON.stringify(deployed) } };
}

async function readCertificate(file: string): Promise<string> {
  try {
    const pem = await readFile(file, 'utf8');
    if (new X509Certificate(pem).ca) return pem;
  } catch (cause) {
    throw new InvalidInput(`The policy server's certificate authority ${file} can't be read as PEM.`, {
      cause,
    });
  }
  throw new InvalidInput(`${file} is no certificate of an authority: give the one that signed the server's.`);
}
