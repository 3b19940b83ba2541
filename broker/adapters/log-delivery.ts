/** A delivery of a CloudWatch Logs subscription filter: compressed lines of one log group. */
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { InvalidInput } from '#domain/errors.ts';

const eventSchema = z.object({ awslogs: z.object({ data: z.string().min(1) }) });

const deliverySchema = z.discriminatedUnion('messageType', [
  // CloudWatch Logs tries whether it can deliver.
  z.object({ messageType: z.literal('CONTROL_MESSAGE') }),
  z.object({
    messageType: z.literal('DATA_MESSAGE'),
    logGroup: z.string(),
    logStream: z.string(),
    logEvents: z.array(z.object({ message: z.string() })),
  }),
]);

/** An EKS cluster writes all its logs into one group; the audit log is the streams named so. */
const groupName = /^\/aws\/eks\/([0-9A-Za-z][\w-]{0,99})\/cluster$/;
const auditStream = /^kube-apiserver-audit-/;

/** CloudWatch Logs sends a megabyte at most; what unpacks to more than this is no delivery of it. */
const mostBytes = 64 * 1024 * 1024;

export interface LogDelivery {
  eksName: string;
  lines: string[];
}

/** Undefined for what holds no audit lines. Throws InvalidInput for what is no delivery, or of another log group. */
export function logDelivery(event: unknown): LogDelivery | undefined {
  const parsed = z.safeParse(eventSchema, event);
  const delivery = parsed.success ? unpacked(parsed.data.awslogs.data) : undefined;
  if (!delivery) throw new InvalidInput('This is no delivery of CloudWatch Logs.');
  if (delivery.messageType === 'CONTROL_MESSAGE') return undefined;
  const [, eksName] = groupName.exec(delivery.logGroup) ?? [];
  if (eksName === undefined)
    throw new InvalidInput(
      `Log group ${delivery.logGroup.slice(0, 200)} is not that of an EKS cluster: /aws/eks/<name>/cluster.`,
    );
  if (!auditStream.test(delivery.logStream)) return undefined;
  return { eksName, lines: delivery.logEvents.map(({ message }) => message) };
}

function unpacked(data: string): z.output<typeof deliverySchema> | undefined {
  try {
    const text = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: mostBytes }).toString('utf8');
    return deliverySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
