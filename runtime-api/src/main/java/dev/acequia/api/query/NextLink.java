package dev.acequia.api.query;

import dev.acequia.api.http.QueryString;
import dev.acequia.stores.query.InvalidQueryException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Link header that leads to the next page: the same query, from the cursor on. */
final class NextLink {
  /** Leaves room for other headers in what the server takes and gives. */
  private static final int MAX_BYTES = 24 << 10;

  private NextLink() {}

  /**
   * The header's value.
   *
   * @throws InvalidQueryException when the address would be too long to be asked for
   */
  static String to(Cursor cursor, String path, QueryString query) {
    var kept =
        query.parameters().stream()
            .filter(
                parameter ->
                    !parameter.name().equals(QueryParser.CURSOR)
                        && !parameter.name().equals(QueryParser.OFFSET))
            .map(parameter -> encoded(parameter.name()) + "=" + encoded(parameter.value()));
    var address =
        Stream.concat(kept, Stream.of(QueryParser.CURSOR + "=" + cursor.encode()))
            .collect(Collectors.joining("&", path + "?", ""));
    if (address.length() > MAX_BYTES) {
      throw new InvalidQueryException(
          "the address of the next page would have %,d bytes, more than %,d, since it names the last"
                  .formatted(address.length(), MAX_BYTES)
              + " row's ordered values: order by fields with shorter values, ask for all rows at"
              + " once with a larger limit, or shorten the query"
              + (cursor.rows() <= QueryParser.MAX_OFFSET
                  ? "; or go on with offset=" + cursor.rows()
                  : ""));
    }
    return "<" + address + ">; rel=\"next\"";
  }

  /** Leaves the signs of the language readable where addresses allow them. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("%2C", ",")
        .replace("%28", "(")
        .replace("%29", ")")
        .replace("%3A", ":");
  }
}
