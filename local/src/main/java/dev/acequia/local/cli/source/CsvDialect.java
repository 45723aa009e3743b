package dev.acequia.local.cli.source;

import java.nio.charset.Charset;
import java.util.Set;

/**
 * What a CSV file itself does not say.
 *
 * @param delimiterGiven whether the user named the delimiter, rather than the file's name alone
 * @param nulls the tokens that stand for null, beside an unquoted empty field
 */
public record CsvDialect(
    char delimiter, boolean delimiterGiven, Charset encoding, Set<String> nulls) {
  public CsvDialect {
    nulls = Set.copyOf(nulls);
  }
}
