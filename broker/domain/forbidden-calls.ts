/** Calls that an environment of the catalog can forbid to everybody with a grant, whatever their role allows. */

export const forbiddenCalls = [
  'exec',
  'port-forward',
  'debug-containers',
  'start-pods',
  'change-service-accounts',
  'write-secrets',
  'external-addresses',
  'delete-collections',
  'delete-namespaces',
  'delete-volumes',
] as const;

export type ForbiddenCall = (typeof forbiddenCalls)[number];
