/** The CDK app: reads settings and catalog, and puts up the one stack. Wrong ones fail here, with all their faults. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { InvalidInput } from '#domain/errors.ts';
import { loadCatalog } from './catalog.ts';
import { CurfewStack } from './curfew-stack.ts';
import { readSettings } from './settings.ts';

try {
  const app = new App();
  const settings = readSettings(app.node);
  new CurfewStack(app, 'Curfew', { settings, catalog: loadCatalog(settings.catalog) });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidInput)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
