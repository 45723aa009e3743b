package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryParameterValue;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.BigQueryBatch.Entry;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.mark.Mark;
import dev.acequia.stores.mark.MarkGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Idempotency keys, and the places of records that were not stored for theirs. A mark is written
 * before its record's row, if nobody has marked the key since it was read: of two consumers that
 * read records of one key, the one that writes first has the record that counts. Before a mark is
 * replaced, the places of its repeats are noted, so the next reader of these knows them.
 */
final class Marks {
  /** Marks of these days are looked at; older ones count no more. */
  private static final int DAYS = 2;

  /** The digest of the row that every statement changes, so that no two of them run unseen. */
  private static final String LOCK = "";

  private static final long UNKNOWN = -1;

  private final Statements statements;
  private final String marks;
  private final Repeats repeats;

  Marks(Statements statements, TableNames names) {
    this.statements = statements;
    marks = Statements.name(names.marks());
    repeats = new Repeats(statements, names);
  }

  /**
   * What records were judged by.
   *
   * @param nowMillis the service's time then
   */
  record Judgement(List<MarkGroup<Entry>> groups, long fill, long nowMillis) {
    static final Judgement NONE = new Judgement(List.of(), 0, 0);
  }

  private record Known(Map<String, Mark> marks, long nowMillis) {}

  /** Judges the records that came with keys, by what can be read. */
  Judgement judge(BigQueryBatch batch, long fill) throws StoreUnavailableException {
    var byDigest = new LinkedHashMap<String, List<Entry>>();
    for (var entry : batch.entries()) {
      var key = entry.key();
      if (key != null) {
        byDigest.computeIfAbsent(key.digest(), digest -> new ArrayList<>()).add(entry);
      }
    }
    if (byDigest.isEmpty()) {
      return Judgement.NONE;
    }
    // In this order: a mark is replaced after the repeats of it were noted.
    var known = known(byDigest.keySet(), fill);
    var groups =
        byDigest.values().stream()
            .map(entries -> new MarkGroup<>(entries, batch.expectsDuplicates(), known.nowMillis()))
            .toList();
    var noted =
        repeats.find(
            groups.stream()
                .flatMap(group -> group.mayBeNoted(known.marks().get(group.digest())))
                .collect(Collectors.toSet()),
            fill);
    groups.forEach(group -> group.judge(known.marks().get(group.digest()), noted));
    return new Judgement(groups, fill, known.nowMillis());
  }

  private Known known(Collection<String> digests, long fill) throws StoreUnavailableException {
    var found = new HashMap<String, Mark>();
    var now = 0L;
    for (var some : ParameterLists.pieces(List.copyOf(digests))) {
      var rows =
          statements.rows(
              """
              SELECT clock.now, m.* FROM (SELECT UNIX_MILLIS(CURRENT_TIMESTAMP()) AS now) AS clock
              LEFT JOIN (
                SELECT digest, content, generation, topic_partition, topic_offset, pushed,
                  UNIX_MILLIS(stored) AS stored
                FROM %s
                WHERE fill = @fill AND digest IN UNNEST(@digests)
                  AND stored > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL %d DAY)
              ) AS m ON TRUE
              """
                  .formatted(marks, DAYS),
              Map.of(
                  "fill", QueryParameterValue.int64(fill), "digests", ParameterLists.texts(some)));
      for (var row : rows) {
        now = row.get("now").getLongValue();
        if (!row.get("digest").isNull()) {
          found.put(row.get("digest").getStringValue(), mark(row));
        }
      }
    }
    return new Known(found, now);
  }

  private static Mark mark(FieldValueList row) {
    var pushed = row.get("pushed").getLongValue();
    return new Mark(
        Repeats.origin(row),
        row.get("content").getStringValue(),
        pushed == UNKNOWN ? null : pushed,
        row.get("stored").getLongValue());
  }

  /**
   * Writes the marks that records were judged by, each followed by the places of its repeats.
   *
   * @return false when another has marked a key meanwhile; the records are to be judged again
   */
  boolean write(Judgement judgement) throws StoreUnavailableException {
    var groups = judgement.groups();
    var most = groups.stream().mapToInt(group -> group.steps().size()).max().orElse(0);
    for (var i = 0; i < most; i++) {
      var step = i;
      var some = groups.stream().filter(group -> step < group.steps().size()).toList();
      var fresh = some.stream().filter(group -> group.steps().get(step).isNew()).toList();
      for (var piece : ParameterLists.pieces(fresh)) {
        if (!put(piece, step, judgement.fill())) {
          return false;
        }
      }
      var places = new LinkedHashSet<Origin>();
      some.forEach(group -> places.addAll(group.steps().get(step).repeats()));
      repeats.note(places, judgement.fill());
    }
    return true;
  }

  /** Whether the marks are there now; false where another has marked one of the keys meanwhile. */
  private boolean put(List<MarkGroup<Entry>> groups, int step, long fill)
      throws StoreUnavailableException {
    var wanted = new LinkedHashMap<String, Mark>();
    var former = new HashMap<String, Mark>();
    for (var group : groups) {
      var taken = group.steps().get(step);
      var mark = taken.mark();
      if (mark != null) {
        wanted.put(group.digest(), mark);
      }
      if (taken.former() != null) {
        former.put(group.digest(), taken.former());
      }
    }
    var digests = List.copyOf(wanted.keySet());
    var parameters = new HashMap<String, QueryParameterValue>();
    parameters.put("fill", QueryParameterValue.int64(fill));
    parameters.put("digests", ParameterLists.texts(digests));
    parameters.put(
        "contents",
        ParameterLists.texts(
            digests.stream().map(digest -> at(wanted, digest).content()).toList()));
    put(parameters, "generations", digests, digest -> at(wanted, digest).origin().generation());
    put(parameters, "partitions", digests, digest -> at(wanted, digest).origin().partition());
    put(parameters, "offsets", digests, digest -> at(wanted, digest).origin().offset());
    put(parameters, "pushes", digests, digest -> pushed(at(wanted, digest)));
    put(parameters, "times", digests, digest -> at(wanted, digest).atMillis());
    put(
        parameters,
        "formers",
        digests,
        digest -> former.containsKey(digest) ? at(former, digest).atMillis() : UNKNOWN);
    put(
        parameters,
        "places",
        digests,
        digest -> former.containsKey(digest) ? at(former, digest).origin().offset() : UNKNOWN);
    statements.change(merge(), parameters);
    var there = known(digests, fill).marks();
    return digests.stream().allMatch(digest -> at(wanted, digest).equals(there.get(digest)));
  }

  private static Mark at(Map<String, Mark> marks, String digest) {
    var mark = marks.get(digest);
    if (mark == null) {
      throw new IllegalArgumentException("no mark " + digest);
    }
    return mark;
  }

  private static long pushed(Mark mark) {
    return mark.pushedMillis() == null ? UNKNOWN : mark.pushedMillis();
  }

  private static void put(
      Map<String, QueryParameterValue> parameters,
      String name,
      List<String> digests,
      Function<String, Number> value) {
    parameters.put(
        name, ParameterLists.numbers(digests, digest -> value.apply(digest).longValue()));
  }

  /**
   * The statement: a mark goes where there is none of the last days, or in place of the one that
   * its record was judged by. By its last condition the service reads the partitions of these days
   * alone, and the one of the row that has no time.
   */
  private String merge() {
    return """
        MERGE %1$s AS t USING (
          SELECT d AS digest, @contents[OFFSET(i)] AS content, @generations[OFFSET(i)] AS generation,
            @partitions[OFFSET(i)] AS topic_partition, @offsets[OFFSET(i)] AS topic_offset,
            @pushes[OFFSET(i)] AS pushed, @times[OFFSET(i)] AS written, @formers[OFFSET(i)] AS former,
            @places[OFFSET(i)] AS place
          FROM UNNEST(@digests) AS d WITH OFFSET AS i
          UNION ALL SELECT '%3$s', '', 0, 0, 0, 0, 0, 0, 0
        ) AS n ON t.digest = n.digest AND (t.digest = '%3$s' OR t.fill = @fill)
          AND (t.stored IS NULL
            OR t.stored > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL %2$d DAY))
        WHEN MATCHED AND n.digest = '%3$s' THEN UPDATE SET topic_offset = t.topic_offset + 1
        WHEN MATCHED AND UNIX_MILLIS(t.stored) = n.former AND t.topic_offset = n.place THEN
          UPDATE SET content = n.content, generation = n.generation,
            topic_partition = n.topic_partition, topic_offset = n.topic_offset,
            pushed = n.pushed, stored = TIMESTAMP_MILLIS(n.written)
        WHEN NOT MATCHED AND n.digest <> '%3$s' THEN
          INSERT (fill, digest, content, generation, topic_partition, topic_offset, pushed, stored)
          VALUES (@fill, n.digest, n.content, n.generation, n.topic_partition, n.topic_offset,
            n.pushed, TIMESTAMP_MILLIS(n.written))
        """
        .formatted(marks, DAYS, LOCK);
  }

  /** Makes the row that every statement changes; it has no time, so it does not expire. */
  static void begin(Statements statements, TableNames names) throws StoreUnavailableException {
    statements.change(
        "INSERT INTO %1$s (fill, digest, topic_offset) SELECT 0, '%2$s', 0 FROM (SELECT 1 AS one) WHERE NOT EXISTS (SELECT 1 FROM %1$s WHERE digest = '%2$s')"
            .formatted(Statements.name(names.marks()), LOCK),
        Map.of());
  }
}
