/** The function behind such a queue: each message by itself, all of a batch at once, and what fails again after a pause that grows. */
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import { pauseSeconds } from '#domain/hand-on.ts';
import type { FunctionLog } from './logger.ts';
import { type Handed, type Message, messagesIn } from './message-batch.ts';
import { sdkOptions } from './sdk-options.ts';

/** Makes a message come again after so many seconds. */
export type Postpone = (message: Message, seconds: number) => Promise<void>;

/** `https://sqs.<region>.amazonaws.com/<account>/<queue>`: SQS goes by the path alone, the endpoint is the SDK's own. */
function urlOf(arn: string): string {
  const [, , , region = '', account = '', name = ''] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}

export function sqsPostpone(region: string): Postpone {
  const client = new SQSClient({ ...sdkOptions('answering', region), useQueueUrlAsEndpoint: false });
  return async ({ queueArn, receipt }, seconds) => {
    const command = { QueueUrl: urlOf(queueArn), ReceiptHandle: receipt, VisibilityTimeout: seconds };
    await client.send(new ChangeMessageVisibilityCommand(command));
  };
}

/** `work` throws where a message has to be tried again. */
export function queueHandler(
  { log, postpone }: { log: FunctionLog; postpone: Postpone },
  work: (handed: Handed) => Promise<void>,
): (event: unknown) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const failed = async (message: Message): Promise<boolean> => {
    const { id, tries } = message;
    try {
      await work(message.read());
      return false;
    } catch (error) {
      const seconds = pauseSeconds(tries);
      log.warn('not handed on; tried again', { messageId: id, tries, seconds, error });
      // Without it the message comes again all the same, after the pause that its queue has.
      await postpone(message, seconds).catch((cause: unknown) =>
        log.warn('the pause could not be set', { messageId: id, error: cause }),
      );
      return true;
    }
  };
  return async (event) => {
    const messages = messagesIn(event);
    const failures = await Promise.all(messages.map(failed));
    return {
      batchItemFailures: messages.flatMap(({ id }, i) => (failures[i] ? [{ itemIdentifier: id }] : [])),
    };
  };
}
