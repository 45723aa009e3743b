package dev.acequia.local.cli;

import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.letters.CoordinateRange;
import dev.acequia.local.cli.letters.LetterFilter;
import dev.acequia.local.cli.letters.LetterReader;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which dead letters of which pipeline a command is about. */
final class DeadLetterOptions {
  private static final Pattern AGO = Pattern.compile("([0-9]{1,9})([smhd])");

  @Mixin private PipelineOptions pipeline;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "Put aside then or later: 2026-01-31T12:00:00Z, 2026-01-31, or so long ago: 30m, 2h, 7d.")
  private @Nullable String since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Put aside before; in the same forms.")
  private @Nullable String until;

  @Option(
      names = "--error",
      paramLabel = "CLASS",
      split = ",",
      description = "With this class of error, such as UnknownField; can be repeated.")
  private List<String> errorClasses = new ArrayList<>();

  @Option(
      names = "--source",
      paramLabel = "P[:OFFSET[-OFFSET]]",
      split = ",",
      description = "Records that stood there in the pipeline's topic; can be repeated.")
  private List<String> sources = new ArrayList<>();

  @Option(
      names = "--letter",
      paramLabel = "P[:OFFSET[-OFFSET]]",
      split = ",",
      description = "Dead letters that stand there in their own topic; can be repeated.")
  private List<String> letters = new ArrayList<>();

  @Option(names = "--limit", paramLabel = "N", description = "The first N of them.")
  private long limit = Long.MAX_VALUE;

  PipelineOptions pipeline() {
    return pipeline;
  }

  LetterReader open() {
    return LetterReader.open(pipeline.kafka(), pipeline.names().deadLetterTopic());
  }

  LetterFilter filter(Instant now) {
    if (limit < 1) {
      throw new CommandException("--limit " + limit + ": use 1 or more");
    }
    return new LetterFilter(
        since == null ? Instant.MIN : time("--since", since, now),
        until == null ? Instant.MAX : time("--until", until, now),
        errorClasses.stream().map(DeadLetterOptions::errorClass).collect(Collectors.toSet()),
        sources.stream().map(text -> CoordinateRange.parse("--source", text)).toList(),
        letters.stream().map(text -> CoordinateRange.parse("--letter", text)).toList(),
        limit);
  }

  private static String errorClass(String name) {
    return Arrays.stream(ErrorClass.values())
        .map(known -> known.name().toLowerCase(Locale.ROOT))
        .filter(known -> known.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    "--error %s: not known; there are %s"
                        .formatted(
                            name,
                            Arrays.stream(ErrorClass.values())
                                .map(Enum::name)
                                .collect(Collectors.joining(", ")))));
  }

  static Instant time(String option, String text, Instant now) {
    var ago = AGO.matcher(text);
    if (ago.matches()) {
      var amount = Long.parseLong(ago.group(1));
      return now.minus(
          switch (ago.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
          });
    }
    try {
      return text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new CommandException(
          "%s %s: use a time such as 2026-01-31T12:00:00Z or 2026-01-31 (UTC), or so long ago: 30m, 2h, 7d"
              .formatted(option, text),
          e);
    }
  }
}
