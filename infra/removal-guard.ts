/** The first thing to go when the stack is deleted, and it only goes when nothing that was granted may stand. */
import { CustomResource } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CurfewFunction } from './curfew-function.ts';
import type { Records } from './records.ts';
import type { Settings } from './settings.ts';

export class RemovalGuard extends Construct {
  constructor(scope: Construct, id: string, { settings, records }: { settings: Settings; records: Records }) {
    super(scope, id);
    // What is there by now is deleted after the guard: what stands can still be revoked when it refuses.
    const rest = scope.node.children.filter((sibling) => sibling !== this);
    const guard = new CurfewFunction(this, 'GuardRemoval', { settings, timeout: 30 });
    records.grantList(guard, 'due');
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: guard.arn,
      resourceType: 'Custom::CurfewRemovalGuard',
    });
    // Its role must be able to read until it has answered.
    resource.node.addDependency(guard, ...rest);
  }
}
