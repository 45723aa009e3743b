package dev.acequia.servers.bigquery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClausesTest {
  @Test
  void wordsInsideOfStringsNamesCommentsAndParenthesesAreNotThoseOfTheStatement() {
    var sql =
        """
        UPDATE `a.where.b` SET x = 'it''s WHERE', -- WHERE
          y = (SELECT 1 FROM t WHERE z), /* WHERE */ w = \"\"\"a "WHERE" b\"\"\" WHERE x = r'\\'
        """;
    var clauses = new Clauses(sql);
    assertEquals(sql.lastIndexOf("WHERE"), clauses.find("WHERE", 0));
  }

  @Test
  void theWordsOfACaseExpressionAreNotThoseOfAMerge() {
    var sql = "WHEN MATCHED THEN UPDATE SET a = CASE WHEN b THEN 1 END WHEN NOT MATCHED THEN x";
    assertEquals(
        List.of(0, sql.lastIndexOf("WHEN")), new Clauses(sql).all("WHEN", 0, sql.length()));
  }

  @Test
  void aListIsCutAtItsOwnCommas() {
    assertEquals(
        List.of("a = f(b, c)", "d = 'e,f'", "g = [1, 2]"),
        Clauses.list("a = f(b, c), d = 'e,f', g = [1, 2]"));
  }
}
