/** Acknowledging what cdk-nag finds: one finding, one place, one reason. */
import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Acknowledges one rule on a construct and what is inside it. `rule` without the pack's name: `APIG3`. */
export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Acknowledges exactly the wildcards in the resources of this statement, and no other of the same role. */
export function acknowledgeWildcards(scope: IConstruct, statement: PolicyStatement, reason: string): void {
  for (const resource of statement.resources) {
    const written = flattened(Stack.of(scope).resolve(resource));
    if (written.includes('*')) acknowledge(scope, `IAM5[Resource::${written}]`, reason);
  }
}

/** A resolved ARN as cdk-nag writes it: references as `<LogicalId.Arn>`. */
function flattened(value: unknown): string {
  if (typeof value === 'string') return value;
  const node = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (node.Ref !== undefined) return `<${node.Ref}>`;
  if (node['Fn::GetAtt']) return `<${node['Fn::GetAtt'].join('.')}>`;
  if (node['Fn::Join']) return node['Fn::Join'][1].map(flattened).join(node['Fn::Join'][0]);
  return JSON.stringify(value);
}
