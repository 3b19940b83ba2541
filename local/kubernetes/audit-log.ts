/** The cluster's audit log, read as data. */

import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const User = z.looseObject({
  username: z.string().optional(),
  uid: z.string().optional(),
  groups: z.array(z.string()).optional(),
  extra: z.record(z.string(), z.array(z.string())).optional(),
});

const ClusterAuditEvent = z.looseObject({
  auditID: z.string(),
  level: z.string(),
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: User,
  impersonatedUser: User.optional(),
  userAgent: z.string().optional(),
  sourceIPs: z.array(z.string()).optional(),
  objectRef: z
    .looseObject({
      apiGroup: z.string().optional(),
      resource: z.string().optional(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.looseObject({ code: z.number().optional(), reason: z.string().optional() }).optional(),
  requestObject: z.unknown().optional(),
  responseObject: z.unknown().optional(),
  requestReceivedTimestamp: z.iso.datetime(),
  stageTimestamp: z.iso.datetime(),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** One line of the log: one stage of one request. The fields are Kubernetes' own (audit.k8s.io/v1). */
export type ClusterAuditEvent = z.infer<typeof ClusterAuditEvent>;

/** All events so far, in the order in which they were written. A last line that is still being written is left out. */
export async function readAuditLog(file: string): Promise<ClusterAuditEvent[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''; // No request yet.
    throw error;
  });
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ClusterAuditEvent.parse(JSON.parse(line)));
}
