package dev.acequia.local.cli.letters;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which dead letters are meant. Of one record that was put aside several times the latest in the
 * window of time counts.
 *
 * @param since put aside then or later
 * @param until put aside before
 * @param errorClasses in lower case; empty for all
 * @param sources where the record stood; empty for anywhere
 * @param letters where the dead letter stands; empty for anywhere
 * @param limit how many at most
 */
public record LetterFilter(
    Instant since,
    Instant until,
    Set<String> errorClasses,
    List<CoordinateRange> sources,
    List<CoordinateRange> letters,
    long limit) {
  public LetterFilter {
    errorClasses = Set.copyOf(errorClasses);
    sources = List.copyOf(sources);
    letters = List.copyOf(letters);
  }

  boolean isInTime(Instant putAside) {
    return !putAside.isBefore(since) && putAside.isBefore(until);
  }

  boolean accepts(Selection.Entry entry) {
    var source = entry.source();
    return (errorClasses.isEmpty()
            || errorClasses.contains(entry.errorClass().toLowerCase(Locale.ROOT)))
        && (letters.isEmpty()
            || letters.stream()
                .anyMatch(range -> range.contains(entry.partition(), entry.offset())))
        && (sources.isEmpty()
            || (source != null
                && sources.stream()
                    .anyMatch(range -> range.contains(source.partition(), source.offset()))));
  }
}
