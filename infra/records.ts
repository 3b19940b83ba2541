/** The one table: requests, audit events, links, entry ledger. Kept when the stack goes. */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { table as layout } from '#adapters/table.ts';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

export class Records extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const keep = settings.removal === 'retain';
    this.table = new Table(this, 'Table', {
      partitionKey: text(layout.partitionKey),
      sortKey: text(layout.sortKey),
      timeToLiveAttribute: layout.expiry,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      stream: StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: keep,
      removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const index of Object.values(layout.indexes)) {
      this.table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: text(index.partitionKey),
        sortKey: text(index.sortKey),
        projectionType: ProjectionType[index.projection],
        ...('attributes' in index ? { nonKeyAttributes: [...index.attributes] } : {}),
      });
    }
  }

  /** Reads requests, and writes them with their events, links and idempotency keys in one transaction. */
  grantChange(to: CurfewFunction): void {
    this.#grant(to, 'GetItem', 'PutItem');
  }

  /** Reads requests and kill orders by their ids. */
  grantRead(to: CurfewFunction): void {
    this.#grant(to, 'GetItem');
  }

  /** Reads and writes what was taken of, and told to, ticket systems. */
  grantNotes(to: CurfewFunction): void {
    this.#grant(to, 'GetItem', 'PutItem');
  }

  /** Marks a mailed link as used. */
  grantUseLinks(to: CurfewFunction): void {
    this.#grant(to, 'UpdateItem');
  }

  grantReadEvents(to: CurfewFunction): void {
    this.#grant(to, 'Query');
  }

  /** Holds and releases access entries. */
  grantLedger(to: CurfewFunction): void {
    this.#grant(to, 'GetItem', 'PutItem', 'ConditionCheckItem', 'DeleteItem', 'Query');
  }

  /** Reads who holds many entries at once. */
  grantReadLedger(to: CurfewFunction): void {
    this.#grant(to, 'BatchGetItem');
  }

  /** Reads the events of a request and marks them shipped. */
  grantShip(to: CurfewFunction): void {
    this.#grant(to, 'Query', 'UpdateItem');
  }

  /** Reads events, notes their leaves, and keeps the state of the log. */
  grantSeal(to: CurfewFunction): void {
    this.#grant(to, 'Query', 'UpdateItem');
  }

  grantList(to: CurfewFunction, ...indexes: (keyof typeof layout.indexes)[]): void {
    to.knows('CURFEW_TABLE', this.table.tableName);
    to.may(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: indexes.map((index) => `${this.table.tableArn}/index/${layout.indexes[index].name}`),
      }),
    );
  }

  #grant(to: CurfewFunction, ...operations: string[]): void {
    to.knows('CURFEW_TABLE', this.table.tableName);
    to.may(
      new PolicyStatement({
        actions: operations.map((operation) => `dynamodb:${operation}`),
        resources: [this.table.tableArn],
      }),
    );
  }
}
