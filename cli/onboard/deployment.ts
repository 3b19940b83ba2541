/** Which Curfew this cluster is to belong to: its id, and the IAM roles of the cluster leg. */
import * as z from 'zod';
import { InvalidInput } from '#domain/errors.ts';

export interface Deployment {
  id: string;
  bindRoleArn: string;
  defineRoleArn: string;
  unbindRoleArn: string;
  surveyClusterArn: string;
}

const arn = z
  .string('is missing')
  .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, 'is not the ARN of an IAM role');
const shape = z
  .object({
    Deployment: z
      .string('is missing')
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'is not an id of a deployment'),
    BindRoleRoleArn: arn,
    DefineRoleRoleArn: arn,
    UnbindRoleRoleArn: arn,
    SurveyClusterRoleArn: arn,
  })
  .refine(
    ({ BindRoleRoleArn, DefineRoleRoleArn, UnbindRoleRoleArn, SurveyClusterRoleArn }) =>
      new Set([BindRoleRoleArn, DefineRoleRoleArn, UnbindRoleRoleArn, SurveyClusterRoleArn]).size === 4,
    'BindRole, DefineRole, UnbindRole and SurveyCluster must have roles of their own.',
  );

/** From the outputs of the stack. Throws InvalidInput naming what is missing. */
export function deploymentOf(outputs: Record<string, string | undefined>, from: string): Deployment {
  const result = shape.safeParse(outputs);
  if (!result.success) {
    const faults = result.error.issues.map(({ path, message }) => `  ${path.join('.')} ${message}`.trimEnd());
    throw new InvalidInput(
      `${from} is not a Curfew deployment:\n${faults.join('\n')}\nName the right stack with --stack, and deploy it first (npx cdk deploy) if it is of an older version.`,
    );
  }
  const { Deployment, BindRoleRoleArn, DefineRoleRoleArn, UnbindRoleRoleArn, SurveyClusterRoleArn } =
    result.data;
  return {
    id: Deployment,
    bindRoleArn: BindRoleRoleArn,
    defineRoleArn: DefineRoleRoleArn,
    unbindRoleArn: UnbindRoleRoleArn,
    surveyClusterArn: SurveyClusterRoleArn,
  };
}
