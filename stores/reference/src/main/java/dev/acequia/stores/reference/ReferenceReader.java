package dev.acequia.stores.reference;

import dev.acequia.contract.Field;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Answers queries over all rows. */
final class ReferenceReader implements StoreReader {
  private final RecordColumns columns;
  private final Table table;

  ReferenceReader(PipelineDefinition definition, Table table) {
    columns = RecordColumns.of(definition);
    this.table = table;
  }

  @Override
  public void read(Query query, RowSink sink) throws StoreReadException, IOException {
    var rows = answer(content -> new Answer(query).page(content.rows.values()));
    for (var row : rows) {
      sink.row(row);
    }
  }

  @Override
  public boolean readOne(List<Literal> key, RowSink sink) throws StoreReadException, IOException {
    if (!columns.keyIsUnique()) {
      throw new IllegalStateException("in append mode no key belongs to one record");
    }
    var parts = new ArrayList<Condition>();
    for (var i = 0; i < key.size(); i++) {
      var field = columns.require(columns.schema().key().get(i)).field();
      parts.add(new Comparison(field, Comparison.Operator.EQ, key.get(i)));
    }
    var query = new Query(columns.all(), new All(parts), List.of(), List.of(), 1, 0);
    var rows = answer(content -> new Answer(query).page(content.rows.values()));
    for (var row : rows) {
      sink.row(row);
    }
    return !rows.isEmpty();
  }

  @Override
  public long count(Query query) throws StoreReadException {
    return answer(content -> new Answer(query).all(content.rows.values())).size();
  }

  @Override
  public long estimate(Query query) throws StoreReadException {
    return count(query);
  }

  @Override
  public void probe() throws StoreReadException {
    answer(content -> List.of());
  }

  private List<ReferenceRow> answer(Function<Content, List<ReferenceRow>> question)
      throws StoreReadException {
    var content = table.content();
    for (var name : columns.schema().fields().stream().map(Field::name).toList()) {
      if (!content.columns.containsKey(name)) {
        throw new StoreReadException(Reason.REFUSED, "column '" + name + "' does not exist");
      }
    }
    try {
      return question.apply(content);
    } catch (Values.OutOfRangeException e) {
      throw new StoreReadException(Reason.IMPOSSIBLE, "a value is out of range for " + e.type(), e);
    }
  }

  @Override
  public void close() {}
}
