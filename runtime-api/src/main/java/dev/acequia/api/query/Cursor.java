package dev.acequia.api.query;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.http.QueryString;
import dev.acequia.contract.Sha256;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended, for the next to go on: opaque to clients, and of use with its own query only.
 *
 * @param fingerprint of the query's parameters, those aside that lead through its pages
 * @param rows so many rows came before the next page
 * @param last the ordered values of the last row, as text
 */
record Cursor(String fingerprint, long rows, List<@Nullable String> last) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  static Cursor after(QueryString query, long rows, List<@Nullable Literal> last) {
    var texts = new ArrayList<@Nullable String>();
    last.forEach(value -> texts.add(value == null ? null : value.text()));
    return new Cursor(fingerprint(query), rows, texts);
  }

  /** The text that stands in a link: a JSON array, in the alphabet that URLs take as it is. */
  String encode() {
    var parts = JSON.createArrayNode().add(fingerprint).add(rows);
    last.forEach(parts::add);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(parts.toString().getBytes(StandardCharsets.UTF_8));
  }

  static Cursor decode(String text) {
    try {
      var parts = JSON.readTree(Base64.getUrlDecoder().decode(text));
      if (!parts.isArray() || parts.size() < 3 || !parts.get(1).canConvertToLong()) {
        throw new InvalidQueryException("this is not a cursor");
      }
      var last = new ArrayList<@Nullable String>();
      for (var i = 2; i < parts.size(); i++) {
        last.add(text(parts.get(i)));
      }
      return new Cursor(parts.get(0).asText(), parts.get(1).asLong(), last);
    } catch (IllegalArgumentException | IOException e) {
      throw new InvalidQueryException("this is not a cursor");
    }
  }

  /**
   * The page that begins here.
   *
   * @throws InvalidQueryException when it is not one of the query with these parameters
   */
  PageRequest applyTo(Query query, QueryString parameters) {
    if (!fingerprint.equals(fingerprint(parameters)) || last.size() != query.order().size()) {
      throw new InvalidQueryException(
          "the cursor belongs to another query: follow the link as it was given, only limit may"
              + " change");
    }
    var after = new ArrayList<@Nullable Literal>();
    for (var i = 0; i < last.size(); i++) {
      var value = last.get(i);
      var expression = query.order().get(i).expression();
      if (value == null && !expression.nullable()) {
        throw new InvalidQueryException("this is not a cursor");
      }
      after.add(value == null ? null : Literal.parse(expression.type(), value));
    }
    return new PageRequest(query.startingAfter(after), Math.max(rows, 0));
  }

  private static @Nullable String text(JsonNode node) {
    if (!node.isNull() && !node.isTextual()) {
      throw new InvalidQueryException("this is not a cursor");
    }
    return node.isNull() ? null : node.asText();
  }

  private static String fingerprint(QueryString query) {
    var identity =
        query.parameters().stream()
            .filter(parameter -> !QueryParser.PAGING.contains(parameter.name()))
            .map(parameter -> parameter.name() + "=" + parameter.value() + "\0")
            .sorted()
            .collect(Collectors.joining());
    return Sha256.hex(identity, 8);
  }
}
