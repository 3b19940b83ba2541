/** A CloudFormation custom resource: does what is asked and always answers, since a stack waits an hour for silence. */
import * as z from 'zod';

const eventSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.record(z.string(), z.unknown()),
});

export interface CustomResourceWork {
  /** Attributes of the resource, for a creation or an update. */
  make(properties: Record<string, unknown>): Promise<Record<string, string>>;
  /** What has to be done, or be true, for a deletion. */
  remove?(): Promise<void>;
}

/**
 * Does what CloudFormation asks and answers it; a fault's message becomes the reason of the failure. Throws when the
 * answer can't be delivered.
 */
export async function answerCustomResource(
  event: unknown,
  { make, remove = async () => {} }: CustomResourceWork,
): Promise<void> {
  const request = eventSchema.parse(event);
  const { StackId, RequestId, LogicalResourceId } = request;
  const about = {
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: request.PhysicalResourceId ?? LogicalResourceId,
  };
  const result = await outcome(async () => {
    if (request.RequestType !== 'Delete') return make(request.ResourceProperties);
    await remove();
    return {};
  });
  const answer = await fetch(request.ResponseURL, {
    method: 'PUT',
    // As bytes: a text would get a content type, which the signature of this address doesn't allow for.
    body: new TextEncoder().encode(JSON.stringify({ ...about, ...result })),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${answer.status}.`);
}

async function outcome(work: () => Promise<Record<string, string>>) {
  try {
    return { Status: 'SUCCESS', Data: await work() };
  } catch (error) {
    return {
      Status: 'FAILED',
      Reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}
