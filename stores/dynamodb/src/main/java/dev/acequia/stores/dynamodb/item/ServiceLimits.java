package dev.acequia.stores.dynamodb.item;

/**
 * What this store takes for granted of the service, each with where it is written. The tests run
 * against a double, so a doubt about a behaviour begins here. {@code Guide} is <a
 * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/">Amazon DynamoDB's
 * Developer Guide</a>.
 *
 * <p>Without a number:
 *
 * <ul>
 *   <li>A write with a condition is atomic for its item, and serialized with all others of that
 *       item. (Guide: Expressions.ConditionExpressions.html)
 *   <li>A write whose condition fails can return the item that was there. (API reference: PutItem,
 *       {@code ReturnValuesOnConditionCheckFailure})
 *   <li>GetItem, BatchGetItem and Query of a table can be strongly consistent, Query of a global
 *       index cannot. (Guide: HowItWorks.ReadConsistency.html)
 *   <li>A transaction changes all of its items or none, and is not repeated within ten minutes when
 *       it comes again with the same token. (Guide: transaction-apis.html)
 *   <li>A page of a Query may begin after any key, also one that no item has. (Guide:
 *       Query.Pagination.html says that the key is a position; it does not say this in words.)
 *   <li>Text is ordered by its bytes in UTF-8, bytes are ordered without a sign. (Guide:
 *       HowItWorks.NamingRulesDataTypes.html)
 *   <li>An item without an index's attributes, or with such of another type, is not in that index.
 *       A write is refused when an index's attribute has a wrong type or is an empty text. (Guide:
 *       GSI.html, HowItWorks.NamingRulesDataTypes.html)
 *   <li>A transaction that is cancelled names a code for each of its items, {@code
 *       ThrottlingError}, {@code ProvisionedThroughputExceeded} and {@code TransactionConflict}
 *       among them. (API reference: TransactWriteItems)
 *   <li>Answers have the service's time in the header {@code Date}. (the SDK corrects its own clock
 *       by it)
 *   <li>Items are removed within a few days after their time to live; until then reads return them.
 *       (Guide: TTL.html)
 *   <li>DescribeTable may say what was a moment ago; UpdateTable is refused while another change is
 *       made. (API reference: DescribeTable, UpdateTable)
 *   <li>A table that was deleted and made again has another {@code TableId}. (API reference:
 *       TableDescription)
 * </ul>
 */
public final class ServiceLimits {
  /** An item with its attributes' names. (Guide: ServiceQuotas.html, "Items") */
  public static final int ITEM_BYTES = 400 << 10;

  /** Of a partition key's value. (Guide: ServiceQuotas.html, "Partition keys and sort keys") */
  public static final int HASH_BYTES = 2048;

  /** Of a sort key's value. (the same) */
  public static final int RANGE_BYTES = 1024;

  /** Of a number. (Guide: HowItWorks.NamingRulesDataTypes.html, "Number") */
  public static final int DIGITS = 38;

  /** The power of ten of the first digit of the smallest number but zero. (the same) */
  public static final int LEAST_EXPONENT = -130;

  /** The power of ten of the first digit of the greatest number. (the same) */
  public static final int GREATEST_EXPONENT = 125;

  /**
   * What a number takes at most: a byte for two digits, and one or two more. (Guide:
   * CapacityUnitCalculations.html says "approximately")
   */
  public static final int NUMBER_BYTES = 21;

  /** Global secondary indexes of a table. (Guide: ServiceQuotas.html, "Secondary indexes") */
  public static final int INDEXES = 20;

  /** Keys of one BatchGetItem. (API reference: BatchGetItem) */
  public static final int KEYS_OF_A_READ = 100;

  /** Items of one BatchWriteItem. (API reference: BatchWriteItem) */
  public static final int ITEMS_OF_A_WRITE = 25;

  /**
   * Operators of one expression are at most 300, and its text 4 KiB. Of partitions that are changed
   * in one update, each takes 5 operators and 90 bytes. (Guide: ServiceQuotas.html, "Expression
   * parameters")
   */
  public static final int PARTITIONS_OF_AN_UPDATE = 40;

  private ServiceLimits() {}
}
