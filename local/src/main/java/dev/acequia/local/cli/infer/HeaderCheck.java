package dev.acequia.local.cli.infer;

import dev.acequia.local.cli.source.Excerpt;
import dev.acequia.local.cli.source.RecordFile;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Tells a header from a record: a file without a header would lose its first record silently. */
final class HeaderCheck {
  private static final Set<Shape> VALUES =
      EnumSet.of(
          Shape.NUMBER,
          Shape.BOOLEAN,
          Shape.DATE,
          Shape.TIMESTAMP,
          Shape.LOCAL_DATE_TIME,
          Shape.UUID,
          Shape.JSON);

  private HeaderCheck() {}

  /** Refuses a header of which a name is a value; years (2013) can be names beside others. */
  static void of(RecordFile file, List<String> header) {
    var named = header.stream().filter(name -> !name.isEmpty()).toList();
    var years = named.stream().filter(name -> name.matches("(19|20)[0-9]{2}")).toList();
    if (named.isEmpty()) {
      throw file.fault(1, "no column has a name");
    }
    for (var name : named) {
      var year = years.contains(name) && years.size() < named.size();
      if (!year && VALUES.stream().anyMatch(shape -> shape.fits(name))) {
        throw file.fault(
            "line 1 looks like a record, not like a header (column %d is '%s'); put a line with the columns' names above it"
                .formatted(header.indexOf(name) + 1, Excerpt.of(name)));
      }
    }
  }
}
