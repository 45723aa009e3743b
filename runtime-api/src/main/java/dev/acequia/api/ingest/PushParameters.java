package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.api.http.QueryString;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What the address of a push says of it.
 *
 * @param onError null when it says nothing
 * @param columns the only fields that its records may have, by their place in the schema; null for
 *     any
 */
record PushParameters(@Nullable OnError onError, @Nullable BitSet columns) {
  private static final String ON_ERROR = "onError";

  /** PostgREST's, whose clients send it with an array. */
  private static final String COLUMNS = "columns";

  /**
   * Reads them.
   *
   * @throws ProblemException when one is not known, given twice or wrong
   */
  static PushParameters of(QueryString query, Schema schema) {
    for (var parameter : query.parameters()) {
      if (!parameter.name().equals(ON_ERROR) && !parameter.name().equals(COLUMNS)) {
        throw invalid(
            "A push has no parameter '" + parameter.name() + "', only onError and columns.");
      }
    }
    return new PushParameters(
        query.single(ON_ERROR).map(OnError::of).orElse(null),
        query.single(COLUMNS).map(text -> columns(text, schema)).orElse(null));
  }

  /** Names in double quotes or without; no field's name holds a comma. */
  private static BitSet columns(String text, Schema schema) {
    var columns = new BitSet();
    for (var part : text.split(",", -1)) {
      var name = part.strip();
      if (name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")) {
        name = name.substring(1, name.length() - 1);
      }
      var field = schema.indexOf(name);
      if (field >= 0) {
        columns.set(field);
      } else if (schema.unknownFields() == UnknownFields.REJECT) {
        throw invalid("columns names '" + name + "', and there is no such field.");
      }
    }
    return columns;
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(ProblemType.INVALID_QUERY, detail);
  }
}
