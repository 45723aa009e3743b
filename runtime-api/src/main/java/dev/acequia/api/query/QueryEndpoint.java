package dev.acequia.api.query;

import dev.acequia.api.access.Principal;
import dev.acequia.api.bounds.HeapShare;
import dev.acequia.api.bounds.Turns;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.api.http.QueryString;
import dev.acequia.api.query.Preferences.Count;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQueries;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code GET /v1/records} and {@code GET /v1/records/{key}}. */
public final class QueryEndpoint {
  private static final String RECORDS = "/v1/records";

  /** So many rows are counted rather than estimated, where an estimate will do. */
  private static final int FEW = 10_000;

  private static final int PAGE_MEMORY = 1 << 18;

  /** Half of the turns are fewer than there are connections to the store, so some are left. */
  private static final long HEAP_OF_TURN = 16 << 20;

  private static final int LEAST_TURNS = 4;
  private static final int MOST_TURNS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final StoreReader store;
  private final RecordColumns columns;
  private final Optional<KeyedQueries> keyed;
  private final QueryParser parser;
  private final List<ResultColumn> wholeRecord;
  private final DistributionDataPoint storeRead;
  private final Turns turns =
      new Turns(
          Math.clamp(Runtime.getRuntime().maxMemory() / HEAP_OF_TURN, LEAST_TURNS, MOST_TURNS),
          PATIENCE);
  private final PageRoom.Space space = PageRoom.Space.of(HeapShare.ofThisProcess());

  public QueryEndpoint(
      PipelineDefinition definition, StoreReader store, MetricSet.ForPipeline metrics) {
    this.store = store;
    this.columns = RecordColumns.of(definition);
    this.keyed = KeyedQueries.of(definition);
    this.parser = new QueryParser(columns, definition.maxPageSize(), keyed.orElse(null));
    this.wholeRecord = ResultColumn.of(columns.all());
    this.storeRead = metrics.histogram(PipelineMetric.STORE_READ);
    metrics.observe(PipelineMetric.API_HELD, space.memory()::held, "pages");
    metrics.observe(PipelineMetric.API_HELD, space.files()::held, "page_files");
    metrics.observe(PipelineMetric.API_HELD, space.compressors()::held, "compressors");
    store
        .files()
        .forEach((content, count) -> metrics.observe(PipelineMetric.STORE_FILES, count, content));
  }

  /**
   * Answers with a page of the records that the query asks for.
   *
   * @throws StoreReadException when the store has no answer
   * @throws ProblemException when the request is at fault
   * @throws InvalidQueryException when the query is at fault
   * @throws IOException when the client is gone
   */
  public void page(HttpServletRequest request, HttpServletResponse response)
      throws StoreReadException, IOException, InterruptedException {
    var format = ResultFormat.of(request.getHeader("Accept"));
    try (var room = new PageRoom(space);
        var out = new PageBuffer(PAGE_MEMORY, room)) {
      try (var _ = turns.take(Principal.of(request).client(request))) {
        read(request, response, format, out);
      } catch (Turns.NoneLeftException e) {
        throw new ProblemException(
            Problem.of(
                    ProblemType.OVERLOADED,
                    "Too many queries wait for the store at once; try again.")
                .retryAfter(1));
      }
      PageResponse.send(request, response, format, out, space);
    }
  }

  /** Reads the page and sets the headers that describe it. */
  private void read(
      HttpServletRequest request, HttpServletResponse response, ResultFormat format, PageBuffer out)
      throws StoreReadException, IOException {
    var parameters = QueryString.parse(request.getQueryString());
    var preferences = Preferences.of(request);
    var wanted = parser.parse(parameters);
    var query = wanted.query();
    var resultColumns = ResultColumn.of(query.select());
    var start = System.nanoTime();
    var page = Page.read(store, query, out, into -> format.writer(into, resultColumns));
    var total = total(preferences.count(), wanted, page);
    storeRead.observe((System.nanoTime() - start) / 1e9);
    if (format == ResultFormat.OBJECT) {
      refuseUnlessOne(page.rows(), page.isCut());
    }
    preferences.appliedHeader().ifPresent(it -> response.setHeader("Preference-Applied", it));
    if (preferences.count() == Count.EXACT) {
      refuseBeyond(query.offset(), total);
    }
    var next = page.next(parameters, wanted.firstRow());
    if (next != null) {
      response.setHeader("Link", NextLink.to(next, RECORDS, parameters));
    }
    response.setHeader("Content-Range", range(wanted.firstRow(), page.rows(), total));
    response.setStatus(total > page.rows() ? 206 : 200);
  }

  /** How many rows all pages have, never fewer than were seen; -1 where nobody asked. */
  private long total(Count count, PageRequest wanted, Page page) throws StoreReadException {
    var query = wanted.query();
    var before = wanted.firstRow();
    var atLeast = page.rows() == 0 ? 0 : before + page.rows();
    if (page.isCut()) {
      atLeast = before + page.rows() + 1;
    }
    return switch (count) {
      case NONE -> -1;
      case EXACT -> Math.max(store.count(query), atLeast);
      case PLANNED, ESTIMATED -> {
        if (!page.isCut() && (page.rows() > 0 || before == 0)) {
          // The last page has been read: nothing is left to estimate.
          yield atLeast;
        }
        var estimate = store.estimate(query);
        if (count == Count.ESTIMATED && estimate <= FEW) {
          yield Math.max(store.count(query), atLeast);
        }
        yield page.isCut() ? Math.max(estimate, atLeast) : Math.min(estimate, before);
      }
    };
  }

  /**
   * Answers with the record whose key the address ends in; throws as {@link #page} does.
   *
   * @throws StoreReadException when the store has no answer
   * @throws IOException when the client is gone
   */
  public void one(HttpServletRequest request, HttpServletResponse response)
      throws StoreReadException, IOException {
    var format = ResultFormat.of(request.getHeader("Accept"));
    if (!request.getRequestURI().startsWith(RECORDS + "/")) {
      throw new ProblemException(
          ProblemType.NOT_FOUND, "Records are at " + RECORDS + ", written just so.");
    }
    if (request.getQueryString() != null) {
      throw new InvalidQueryException("one record is asked for by its key alone");
    }
    var key = key(request.getRequestURI().substring(RECORDS.length() + 1));
    try (var room = new PageRoom(space);
        var out = new PageBuffer(PAGE_MEMORY, room);
        var writer = format.single(out, wholeRecord)) {
      var start = System.nanoTime();
      var found = store.readOne(key, writer::row);
      storeRead.observe((System.nanoTime() - start) / 1e9);
      if (!found) {
        throw new ProblemException(ProblemType.NOT_FOUND, "No record has this key.");
      }
      writer.end();
      PageResponse.send(request, response, format, out, space);
    }
  }

  /** What to do instead; a store that answers few queries says which. */
  private String filter(String otherwise) {
    return keyed
        .map(KeyedQueries::example)
        .orElse(Optional.of(otherwise))
        .map(query -> "filter them, as in %s?%s.".formatted(RECORDS, query))
        .orElse("declare an index of the store to filter them by.");
  }

  /** The path's own commas part the values; those of a value are encoded. */
  private List<Literal> key(String rawPath) {
    var names = columns.schema().key();
    if (names.isEmpty()) {
      throw new ProblemException(
          ProblemType.NOT_FOUND,
          "This pipeline's records have no key to be asked for by; " + filter("limit=10"));
    }
    if (!columns.keyIsUnique()) {
      throw new ProblemException(
          ProblemType.NOT_FOUND,
          "In append mode many records may have one key; "
              + filter(names.getFirst() + "=eq.value"));
    }
    var parts = keyParts(rawPath, names.size());
    if (parts.size() != names.size()) {
      throw new InvalidQueryException(
          "the key has %d values, %s, parted by commas; these are %d"
              .formatted(names.size(), String.join(", ", names), parts.size()));
    }
    var key = new ArrayList<Literal>();
    for (var i = 0; i < parts.size(); i++) {
      var field = columns.require(names.get(i)).field();
      try {
        key.add(Literal.parse(field.type(), parts.get(i)));
      } catch (InvalidQueryException e) {
        throw new InvalidQueryException(field.name() + ": " + e.getMessage());
      }
    }
    return key;
  }

  /**
   * Parts the path, then decodes. Generated clients encode the whole of it, commas included: where
   * none is left as it was, and there must be some, it is decoded first.
   */
  private static List<String> keyParts(String rawPath, int count) {
    return count > 1 && rawPath.indexOf(',') < 0
        ? List.of(QueryString.decode(rawPath, false).split(",", -1))
        : Arrays.stream(rawPath.split(",", -1))
            .map(part -> QueryString.decode(part, false))
            .toList();
  }

  private static void refuseBeyond(int offset, long total) {
    if (offset > 0 && offset >= total) {
      throw new ProblemException(
          Problem.of(
                  ProblemType.OFFSET_BEYOND_RESULT,
                  "The result has %d rows, and offset is %d.".formatted(total, offset))
              .withHeader("Content-Range", "*/" + total));
    }
  }

  private static void refuseUnlessOne(int rows, boolean more) {
    if (rows != 1 || more) {
      throw new ProblemException(
          ProblemType.NOT_ACCEPTABLE,
          "%s asks for one row, and the result contains %s rows."
              .formatted(ResultFormat.OBJECT.mediaType(), more ? "more than " + rows : rows));
    }
  }

  /** PostgREST's own form: first and last row, counted from 0, and how many there are in all. */
  private static String range(long first, int rows, long total) {
    var all = total < 0 ? "*" : Long.toString(total);
    return rows == 0
        ? "*/" + all
        : String.format(Locale.ROOT, "%d-%d/%s", first, first + rows - 1, all);
  }
}
