/** Lines of the clusters' audit logs in the locked bucket: one create-only, compressed object for each delivery. */
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { EksCluster } from '#domain/eks-cluster.ts';
import type { UsageLines } from '#ports';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { unavailable } from './unavailable.ts';
import { usageLinesKey } from './usage-lines-key.ts';

export class S3UsageLines implements UsageLines {
  readonly #s3: S3Client;
  readonly #bucket: string;
  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async put(cluster: EksCluster, lines: readonly string[]): Promise<void> {
    const key = usageLinesKey(cluster, lines);
    try {
      await this.#s3.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: gzipSync(`${lines.join('\n')}\n`),
          ContentType: 'application/x-ndjson',
          ContentEncoding: 'gzip',
          IfNoneMatch: '*',
          ChecksumAlgorithm: 'SHA256',
        }),
      );
    } catch (error) {
      // The key is the digest of the lines: what stands there is these lines.
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return;
      throw unavailable(`Storing ${key} in the audit bucket`, error);
    }
  }
}

export function s3UsageLines(purpose: Purpose, region: string, bucket: string): S3UsageLines {
  return new S3UsageLines(new S3Client(sdkOptions(purpose, region)), bucket);
}
