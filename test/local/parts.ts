/**
 * What is built or fetched once, made available before the first test of this project: a compiler beside tests that
 * watch a real API server would take the machine from under them.
 */
import { findChromium } from '#local/browser.ts';
import { ensureAwsCli } from '#local/eks/aws-cli.ts';
import { ensureEmulator } from '#local/emulator/environment.ts';
import { ensureKubernetesBinaries } from '#local/kubernetes/binaries.ts';
import { ensureOpa } from '#local/opa/opa.ts';
import { progressTo } from '#local/progress.ts';

export default async function prepare(): Promise<void> {
  const progress = progressTo();
  await ensureKubernetesBinaries(progress);
  await ensureOpa(progress);
  await ensureEmulator(progress);
  await ensureAwsCli(progress);
  await findChromium();
}
