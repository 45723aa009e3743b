package dev.acequia.local.cli.source;

import java.nio.charset.Charset;
import java.util.Set;

/**
 * What a CSV file itself does not say.
 *
 * @param nulls the tokens that stand for null, beside an unquoted empty field
 */
public record CsvDialect(char delimiter, Charset encoding, Set<String> nulls) {
  public CsvDialect {
    nulls = Set.copyOf(nulls);
  }
}
