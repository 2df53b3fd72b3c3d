// Consents and their events, in a DynamoDB table of their own: one partition a person, and both in one transaction.

const { createHash, randomUUID } = require("node:crypto");
const {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ResourceInUseException,
  TransactWriteItemsCommand,
} = require("@aws-sdk/client-dynamodb");

const TABLE = "Consents";
const DAY = 24 * 60 * 60 * 1000;

class Consents {
  constructor() {
    this.client = new DynamoDBClient({});
  }

  /** Creates the table, unless there is one. */
  async create() {
    const attributes = ["pk", "sk"];
    try {
      await this.client.send(
        new CreateTableCommand({
          TableName: TABLE,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
          KeySchema: [
            { AttributeName: "pk", KeyType: "HASH" },
            { AttributeName: "sk", KeyType: "RANGE" },
          ],
        }),
      );
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  }

  /** A person's consent, if they ever gave one. */
  async of(person) {
    const { Item } = await this.client.send(
      new GetItemCommand({
        TableName: TABLE,
        Key: { pk: { S: person }, sk: { S: "consent" } },
        ConsistentRead: true,
      }),
    );
    return Item && read(Item);
  }

  /** Gives a consent, or renews the one that is there. */
  async grant(person, wish, existing) {
    const now = Date.now();
    const consent = {
      id: existing?.id ?? randomUUID(),
      access: wish.access,
      notice: wish.notice,
      grantedAt: now,
      expiresAt: now + wish.days * DAY,
      version: (existing?.version ?? 0) + 1,
    };
    const event = JSON.stringify({ granted: consent, before: existing?.newestEvent });
    consent.newestEvent = createHash("sha256").update(`${person}\n${event}`).digest("hex");
    const condition = existing
      ? {
          ConditionExpression: "version = :replaces",
          ExpressionAttributeValues: { ":replaces": { N: String(existing.version) } },
        }
      : { ConditionExpression: "attribute_not_exists(pk)" };
    await this.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: TABLE, Item: written(person, consent), ...condition } },
          {
            Put: {
              TableName: TABLE,
              Item: {
                pk: { S: person },
                sk: { S: `event#${String(consent.version).padStart(10, "0")}` },
                at: { N: String(now) },
                event: { S: event },
                hash: { S: consent.newestEvent },
              },
              ConditionExpression: "attribute_not_exists(pk)",
            },
          },
        ],
      }),
    );
    return consent;
  }
}

function written(person, consent) {
  return {
    pk: { S: person },
    sk: { S: "consent" },
    id: { S: consent.id },
    access: { S: consent.access },
    notice: { S: consent.notice },
    grantedAt: { N: String(consent.grantedAt) },
    expiresAt: { N: String(consent.expiresAt) },
    version: { N: String(consent.version) },
    newestEvent: { S: consent.newestEvent },
  };
}

function read(item) {
  return {
    id: item.id.S,
    access: item.access.S,
    notice: item.notice.S,
    grantedAt: Number(item.grantedAt.N),
    expiresAt: Number(item.expiresAt.N),
    version: Number(item.version.N),
    newestEvent: item.newestEvent.S,
  };
}

module.exports = { Consents };
