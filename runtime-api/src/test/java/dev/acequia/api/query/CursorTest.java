package dev.acequia.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.QueryString;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.RecordColumns;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class CursorTest {
  private static final QueryParser PARSER =
      new QueryParser(RecordColumns.of(QueryParserTest.definition(LoadMode.UPSERT)), 100);

  private static PageRequest page(String raw) {
    return PARSER.parse(QueryString.parse(raw));
  }

  private static String cursor(String raw) {
    var last =
        Arrays.asList(
            null, new Literal(FieldType.STRING, "ñ\"🛶"), new Literal(FieldType.INT32, -7));
    return Cursor.after(QueryString.parse(raw), 200, last).encode();
  }

  @Test
  void leadsToTheNextPageOfItsQuery() {
    var query = "order=dep_delay.desc&origin=eq.JFK&limit=10";

    var next = page(query + "&cursor=" + cursor(query));

    assertThat(next.firstRow()).isEqualTo(200);
    assertThat(next.query().after())
        .isEqualTo(
            Arrays.asList(
                null, new Literal(FieldType.STRING, "ñ\"🛶"), new Literal(FieldType.INT32, -7)));
  }

  @Test
  void allowsAnotherPageSize() {
    var cursor = cursor("order=dep_delay.desc");

    assertThat(page("order=dep_delay.desc&limit=3&cursor=" + cursor).query().limit()).isEqualTo(3);
  }

  @Test
  void allowsAnotherOrderOfTheParameters() {
    var cursor = cursor("order=dep_delay.desc&origin=eq.JFK");

    assertThat(page("cursor=" + cursor + "&origin=eq.JFK&order=dep_delay.desc").firstRow())
        .isEqualTo(200);
  }

  @Test
  void isRefusedByAnotherQuery() {
    var cursor = cursor("order=dep_delay.desc&origin=eq.JFK");
    for (var other :
        List.of(
            "order=dep_delay.asc&origin=eq.JFK",
            "order=dep_delay.desc&origin=eq.LGA",
            "order=dep_delay.desc",
            "order=dep_delay.desc&origin=eq.JFK&select=flight",
            "select=count()")) {
      assertThatThrownBy(() -> page(other + "&cursor=" + cursor))
          .isInstanceOf(InvalidQueryException.class)
          .hasMessageContaining("another query");
    }
  }

  @Test
  void isRefusedWhenForged() {
    var query = "order=dep_delay.desc";
    var genuine =
        new String(
            Base64.getUrlDecoder().decode(cursor(query)), java.nio.charset.StandardCharsets.UTF_8);
    for (var forged :
        List.of(
            genuine.replace("-7", "x"),
            genuine.replace("\"-7\"", "null"),
            genuine.replace("200", "\"200\""),
            genuine.replace(",null", ",null,null"),
            genuine + "x")) {
      assertThatThrownBy(
              () ->
                  page(
                      query
                          + "&cursor="
                          + Base64.getUrlEncoder()
                              .encodeToString(
                                  forged.getBytes(java.nio.charset.StandardCharsets.UTF_8))))
          .as(forged)
          .isInstanceOf(InvalidQueryException.class);
    }
  }
}
