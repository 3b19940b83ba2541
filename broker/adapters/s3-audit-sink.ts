/** The locked bucket: one create-only object per audit event. What stands there is never written again. */
import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { AnyEvent } from '#domain/audit-event.ts';
import { eventKey } from '#domain/audit-log/log-objects.ts';
import { canonicalJson } from '#domain/digest.ts';
import { StillStanding } from '#domain/errors.ts';
import type { AuditSink, LogStore } from '#ports';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { attempt, unavailable } from './unavailable.ts';

export class S3AuditSink implements AuditSink, LogStore {
  readonly #s3: S3Client;
  readonly #bucket: string;
  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  put(event: AnyEvent): Promise<void> {
    return this.create(eventKey(event), canonicalJson(event));
  }

  async create(key: string, text: string): Promise<void> {
    if ((await this.#create(key, text)) === 'created') return;
    if ((await this.#read(key)) === text) return;
    throw new StillStanding(
      `Something else stands at ${key} in the audit bucket. It was left as it is; run \`curfew audit verify\`.`,
    );
  }

  async #create(key: string, text: string): Promise<'created' | 'exists'> {
    try {
      await this.#s3.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: text,
          ContentType: 'application/json',
          IfNoneMatch: '*',
          ChecksumAlgorithm: 'SHA256',
        }),
      );
      return 'created';
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return 'exists';
      throw unavailable(`Storing ${key} in the audit bucket`, error);
    }
  }

  async #read(key: string): Promise<string | undefined> {
    return attempt(`Reading ${key} in the audit bucket`, async () => {
      try {
        const answer = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
        return await answer.Body?.transformToString('utf8');
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }
}

export function s3AuditSink(purpose: Purpose, region: string, bucket: string): S3AuditSink {
  return new S3AuditSink(new S3Client(sdkOptions(purpose, region)), bucket);
}
