/** Layout of the one DynamoDB table: key attributes, indexes and item keys, for the adapters and for the stack that makes it. */

/** Attribute names; every key is a string. `expiry` (epoch seconds) is DynamoDB's TTL: for rubbish only, never for revoking. */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  expiry: 'expiry',
  indexes: {
    /** Every request that is not final, by the instant the sweep must look at it. Projects everything. */
    due: { name: 'due', partitionKey: 'duePk', sortKey: 'dueSk', projection: 'ALL' },
    /** A requester's requests by age. Projects everything. */
    requester: { name: 'requester', partitionKey: 'requesterPk', sortKey: 'requesterSk', projection: 'ALL' },
    /** Everything that may stand on a cluster, by cluster. Projects what liveGrantOf makes of it. */
    live: {
      name: 'live',
      partitionKey: 'livePk',
      sortKey: 'liveSk',
      projection: 'INCLUDE',
      attributes: ['live'],
    },
    /** Audit events not yet in the locked bucket, and, in other partitions, those not yet sealed; sealed ones drop out. Projects keys only. */
    unshipped: {
      name: 'unshipped',
      partitionKey: 'unshippedPk',
      sortKey: 'unshippedSk',
      projection: 'KEYS_ONLY',
    },
  },
} as const;

/** Sort keys of event items begin with this: what the stream to ShipEvents is filtered by. */
export const eventSortKeyPrefix = 'EVENT#';

/** Index partitions of `due`, `live` (per cluster) and `unshipped`: spreads writes, and bounds what one hot partition can hold up. */
export const shards = 8;

export const requestKey = (requestId: string) => ({ pk: `REQUEST#${requestId}`, sk: 'REQUEST' });

export const eventKey = (requestId: string, seq: number) => ({
  pk: `REQUEST#${requestId}`,
  sk: `${eventSortKeyPrefix}${String(seq).padStart(6, '0')}`,
});

/** Beside its events, which lie and are shipped as those of a request do. */
export const killKey = (id: string) => ({ pk: `REQUEST#${id}`, sk: 'KILL' });

/**
 * A switch, in as many copies as there are shards: every OpenGrant checks one copy of each of its scopes, and two that
 * check the same item at the same time are a conflict to DynamoDB.
 */
export const killSwitchKey = (scopeHash: string, shard: number) => ({
  pk: `KILL#${scopeHash}`,
  sk: `KILL#${shard}`,
});

/** Kill orders in the indexes `due` (those that need passes) and `requester` (all), in which requests have other partitions. */
export const killPartition = 'KILL';

/** Beside its events, as a kill order is. */
export const passkeyKey = (id: string) => ({ pk: `REQUEST#${id}`, sk: 'PASSKEY' });

/** All passkeys in the index `requester`, in which requests have other partitions. */
export const passkeyPartition = 'PASSKEY';

/** That a person has a passkey: there from its first write on. */
export const holdsPartition = (personHash: string) => `PASSKEYS#${personHash}`;
export const holdsKey = (personHash: string, id: string) => ({ pk: holdsPartition(personHash), sk: id });

/** That a request carries a ticket: there from its first write on, marked once it is over. */
export const ticketPartition = (ticketHash: string) => `TICKET#${ticketHash}`;
export const ticketItemKey = (ticketHash: string, requestId: string) => ({
  pk: ticketPartition(ticketHash),
  sk: requestId,
});

/** Deliveries of ticket systems that were taken. */
export const deliveryKey = (deliveryHash: string) => ({ pk: `DELIVERY#${deliveryHash}`, sk: 'DELIVERY' });

/** Tickets that are closed and not followed through: none, as a rule, and always read together. */
export const closingPartition = 'CLOSINGS';
export const closingKey = (closingHash: string) => ({ pk: closingPartition, sk: closingHash });

/** How far the log over all events is sealed. */
export const logKey = { pk: 'LOG', sk: 'LOG' };

/** When a ticket was closed last. */
export const closedTicketKey = (hash: string) => ({ pk: `CLOSED#${hash}`, sk: 'CLOSED' });

/** What tickets ask for and nobody has followed: few, and always read together. */
export const askPartition = 'ASKS';
export const askKey = (askHash: string) => ({ pk: askPartition, sk: askHash });

export const linkKey = (hash: string) => ({ pk: `LINK#${hash}`, sk: 'LINK' });

export const idempotencyKey = (keyHash: string) => ({ pk: `IDEMPOTENCY#${keyHash}`, sk: 'IDEMPOTENCY' });

/** What is known of the use of a request's grant: beside it, so that the request's own item stays small. */
export const usageKey = (requestId: string) => ({ pk: `REQUEST#${requestId}`, sk: 'USAGE' });

/** All under one key: they are few, and always read together. */
export const clusterPartition = 'CLUSTERS';
export const clusterKey = (region: string, eksName: string) => ({
  pk: clusterPartition,
  sk: `${region}#${eksName}`,
});

export const entryItemKey = (entryHash: string) => ({ pk: `ENTRY#${entryHash}`, sk: 'ENTRY' });

export const holderSortKeyPrefix = 'HOLDER#';
export const holderKey = (entryHash: string, requestId: string) => ({
  pk: `ENTRY#${entryHash}`,
  sk: `${holderSortKeyPrefix}${requestId}`,
});

/** The request an item belongs to, by its partition key; undefined for items of other kinds. */
export function requestIdOfKey(pk: string): string | undefined {
  return pk.startsWith('REQUEST#') ? pk.slice('REQUEST#'.length) : undefined;
}

/** The shard of a request: spread by the random end of its ULID, not by its time. */
export function shardOf(requestId: string): number {
  let sum = 0;
  for (const character of requestId) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003;
  return sum % shards;
}
