package dev.acequia.api.query;

import dev.acequia.api.http.QueryString;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Link header that leads to the next page: the same query, from the cursor on. */
final class NextLink {
  private NextLink() {}

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
