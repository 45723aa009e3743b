package dev.acequia.api.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.acequia.contract.record.BadRecordException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wrong with the records of one request: all of it counted, the first hundred told. */
final class RecordErrors {
  private static final int TOLD = 100;

  private final List<RecordError> first = new ArrayList<>();
  private long count;

  /**
   * One of them.
   *
   * @param index of the record in its body, from 0
   * @param field null when it is about the whole record
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RecordError(long index, @Nullable String field, String reason) {}

  void add(long index, BadRecordException e) {
    add(new RecordError(index, e.field(), e.reason()));
  }

  void add(RecordError error) {
    count++;
    if (first.size() < TOLD) {
      first.add(error);
    }
  }

  void addAll(RecordErrors others) {
    count += others.count - others.first.size();
    for (var error : others.first) {
      add(error);
    }
  }

  long count() {
    return count;
  }

  List<RecordError> first() {
    return first;
  }
}
