package dev.acequia.api;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A query for as much as there is to be had.
 *
 * @param headers names and values in turn
 */
record ExtremeQuery(String path, List<String> headers) {
  private static final List<String> FORMATS =
      List.of(
          "application/json",
          "application/x-ndjson",
          "text/csv",
          "application/vnd.acequia.columns+json",
          "application/vnd.apache.arrow.stream");
  private static final List<String> CODINGS = List.of("identity", "gzip", "zstd");
  private static final List<String> COUNTS = List.of("exact", "planned", "estimated");
  private static final int[] LIMITS = {1, 10, 100, 1000, 10_000};

  /** A query's most columns, and more than PostgreSQL has. */
  private static final int[] WIDTHS = {100, 500, 512, 1600};

  /** What fits the 32 KiB of a request's headers. */
  private static final int MANY = 1500;

  static ExtremeQuery random(ExtremeTable table, Random random) {
    var rows = ExtremeRows.values()[random.nextInt(ExtremeRows.values().length)];
    var parameters = new ArrayList<String>();
    var select = select(table, random);
    if (!select.isEmpty()) {
      parameters.add("select=" + select);
    }
    parameters.add(filter(rows, table, random));
    if (random.nextInt(4) == 0) {
      parameters.add("order=" + order(table, random));
    }
    parameters.add("limit=" + LIMITS[random.nextInt(LIMITS.length)]);
    var headers =
        new ArrayList<>(
            List.of(
                "Accept", format(random),
                "Accept-Encoding", CODINGS.get(random.nextInt(CODINGS.size()))));
    if (random.nextInt(4) == 0) {
      headers.addAll(List.of("Prefer", "count=" + COUNTS.get(random.nextInt(COUNTS.size()))));
    }
    return new ExtremeQuery("/v1/records?" + String.join("&", parameters), List.copyOf(headers));
  }

  /** One whose answer is some megabytes, for a client that does not read it. */
  static ExtremeQuery large(ExtremeTable table, Random random) {
    var rows = random.nextBoolean() ? ExtremeRows.LONG_TEXTS : ExtremeRows.WIDE;
    return new ExtremeQuery(
        "/v1/records?id=gte." + rows.key(random) + "&limit=" + (5 + random.nextInt(40)),
        List.of(
            "Accept",
            format(random),
            "Accept-Encoding",
            CODINGS.get(random.nextInt(CODINGS.size()))));
  }

  /** A media type that answers may have. */
  static String format(Random random) {
    return FORMATS.get(random.nextInt(FORMATS.size()));
  }

  /** Few forms, so that the driver comes to use a statement's binary form. */
  private static String select(ExtremeTable table, Random random) {
    return switch (random.nextInt(7)) {
      case 0 -> "";
      case 1 -> wide(table.any(FieldType.DECIMAL, random), "", random);
      case 2 -> wide(table.any(FieldType.STRING, random), "", random);
      case 3 -> wide(table.any(FieldType.DECIMAL, random), "::text", random);
      case 4 -> wide(table.any(random), "", random);
      case 5 -> aggregates(table, random);
      default ->
          IntStream.range(0, 3)
              .mapToObj(i -> "c" + i + ":" + table.any(random).name())
              .collect(Collectors.joining(","));
    };
  }

  private static String wide(Field field, String cast, Random random) {
    return IntStream.range(0, WIDTHS[random.nextInt(WIDTHS.length)])
        .mapToObj(i -> "c" + i + ":" + field.name() + cast)
        .collect(Collectors.joining(","));
  }

  private static String aggregates(ExtremeTable table, Random random) {
    var number = table.any(FieldType.DECIMAL, random).name();
    var text = table.any(FieldType.STRING, random).name();
    return switch (random.nextInt(3)) {
      case 0 -> "count(),s:" + number + ".sum(),a:" + number + ".avg(),m:" + text + ".max()";
      case 1 -> "t:" + text + ",count(),m:" + number + ".max()";
      default -> "n:" + number + ",count()";
    };
  }

  private static String filter(ExtremeRows rows, ExtremeTable table, Random random) {
    var key = rows.key(random);
    return switch (random.nextInt(6)) {
      case 0 -> "id=eq." + key;
      // Small rows first, from which a reader learns that rows are small.
      case 1 ->
          "or=(and(id.gt.%d,id.lte.%d),id.gte.%d)"
              .formatted(
                  ExtremeRows.SMALL.last() - 1000, ExtremeRows.SMALL.last(), rows.key(random));
      case 2 ->
          table.any(FieldType.DECIMAL, random).name()
              + "=in.("
              + "1e131071,".repeat(1 + random.nextInt(MANY))
              + "1)";
      default -> "id=gte." + key;
    };
  }

  private static String order(ExtremeTable table, Random random) {
    var terms = new ArrayList<String>();
    for (var type : List.of(FieldType.DECIMAL, FieldType.STRING, FieldType.DOUBLE)) {
      if (random.nextBoolean()) {
        terms.add(table.any(type, random).name() + (random.nextBoolean() ? ".desc" : ""));
      }
    }
    return terms.isEmpty() ? ExtremeTable.KEY : String.join(",", terms);
  }
}
