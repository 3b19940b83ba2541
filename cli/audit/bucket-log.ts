/** The log in the locked bucket itself: every version is seen, also under delete markers, and whether it is locked. */
import {
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ListedObject, LogSource, ReadObject } from '#domain/audit-log/log-source.ts';
import { NotAllowed, Unavailable } from '#domain/errors.ts';
import type { Identity } from '../identity.ts';

interface Version {
  key: string;
  versionId: string;
  stored: Date;
  isMarker: boolean;
}

export function bucketLog(
  bucket: string,
  region: string,
  identity: Pick<Identity, 'credentials'>,
): LogSource {
  const s3 = new S3Client({ region, credentials: () => identity.credentials(), maxAttempts: 5 });
  let mayReadLocks: Promise<boolean> | undefined;

  /** Newest first of each key, keys in order. */
  async function* versions(prefix: string): AsyncIterable<Version> {
    let from: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined = {};
    while (from) {
      const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        ...from,
      });
      const page: ListObjectVersionsCommandOutput = await attempt(`List ${prefix}`, () => s3.send(command));
      const all = [
        ...(page.Versions ?? []).map((one) => ({ ...one, isMarker: false })),
        ...(page.DeleteMarkers ?? []).map((one) => ({ ...one, isMarker: true })),
      ].map(({ Key = '', VersionId = '', LastModified = new Date(0), IsLatest, isMarker }) => ({
        key: Key,
        versionId: VersionId,
        stored: LastModified,
        isMarker,
        isLatest: IsLatest === true,
      }));
      yield* all.sort((a, b) => {
        if (a.key !== b.key) return a.key < b.key ? -1 : 1;
        return Number(b.isLatest) - Number(a.isLatest) || b.stored.getTime() - a.stored.getTime();
      });
      from = page.IsTruncated
        ? {
            ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }),
            ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
          }
        : undefined;
    }
  }

  async function fetch(key: string, VersionId?: string): Promise<ReadObject | undefined> {
    try {
      const { Body, ObjectLockMode, ObjectLockRetainUntilDate } = await s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, ...(VersionId ? { VersionId } : {}) }),
      );
      const text = (await Body?.transformToString('utf8')) ?? '';
      mayReadLocks ??= readsLocks(key);
      if (!(await mayReadLocks)) return { text };
      // A lock whose time is over was one: keeping longer is for the owner to decide.
      return { text, locked: ObjectLockMode !== undefined || ObjectLockRetainUntilDate !== undefined };
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
      throw failureOf(`Read ${key}`, error);
    }
  }

  /** Without the right to see locks, S3 leaves them out of its answers. */
  async function readsLocks(key: string): Promise<boolean> {
    try {
      await s3.send(new GetObjectRetentionCommand({ Bucket: bucket, Key: key }));
      return true;
    } catch (error) {
      return error instanceof S3ServiceException && error.name === 'NoSuchObjectLockConfiguration';
    }
  }

  return {
    async *list(prefix): AsyncIterable<ListedObject> {
      let last: { key: string; hidden: boolean; stored: string } | undefined;
      for await (const { key, isMarker, stored } of versions(prefix)) {
        if (last && last.key !== key) yield last;
        if (last?.key === key) last = { ...last, stored: stored.toISOString() };
        else last = { key, hidden: isMarker, stored: stored.toISOString() };
      }
      if (last) yield last;
    },
    async read(key) {
      const found = await fetch(key);
      if (found) return found;
      for await (const version of versions(key))
        if (version.key === key && !version.isMarker) return fetch(key, version.versionId);
      return undefined;
    },
  };

  async function attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw failureOf(what, error);
    }
  }

  function failureOf(what: string, error: unknown): Error {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    const told = `${what} in bucket ${bucket}: ${error instanceof Error ? error.message : error}.`;
    if (status === 403)
      return new NotAllowed(
        `${told} It takes s3:GetObject, s3:GetObjectVersion, s3:GetObjectRetention and s3:ListBucketVersions.`,
      );
    return new Unavailable(told, { cause: error });
  }
}
