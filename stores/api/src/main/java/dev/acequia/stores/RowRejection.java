package dev.acequia.stores;

import dev.acequia.contract.record.BadRecordException.ErrorClass;

/**
 * A row that is not stored and must be put aside.
 *
 * @param row its number in the batch
 * @param reason a sentence for a person; the store's own words where it refused the row by itself
 */
public record RowRejection(int row, ErrorClass errorClass, String reason) {
  /** A row that the store refuses by itself. */
  public RowRejection(int row, String reason) {
    this(row, ErrorClass.RejectedByStore, reason);
  }
}
