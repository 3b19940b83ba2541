/** The CDK app: reads settings, catalog and policy, and puts up the one stack. Wrong ones fail here, with all their faults. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { InvalidInput } from '#domain/errors.ts';
import { progressTo } from '#local/progress.ts';
import { loadCatalog } from './catalog.ts';
import { CurfewStack } from './curfew-stack.ts';
import { loadPolicy } from './organisation-policy.ts';
import { readSettings } from './settings.ts';

try {
  const app = new App();
  const settings = readSettings(app.node);
  const catalog = loadCatalog(settings.catalog);
  const policy = await loadPolicy(settings, progressTo());
  new CurfewStack(app, 'Curfew', { settings, catalog, policy });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidInput)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
