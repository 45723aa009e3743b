package dev.acequia.local.cli.load;

import dev.acequia.contract.Schema;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.source.CsvRows;
import dev.acequia.local.cli.source.JsonLines;
import dev.acequia.local.cli.source.RecordFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The import of one file into one endpoint. */
public final class FileImport {
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient http;
  private final RecordFile file;
  private final Endpoint endpoint;
  private final ImportOptions options;
  private final Schema schema;
  private final String run;

  private FileImport(
      HttpClient http, RecordFile file, Endpoint endpoint, ImportOptions options, Schema schema) {
    this.http = http;
    this.file = file;
    this.endpoint = endpoint;
    this.options = options;
    this.schema = schema;
    this.run =
        options.resume() == null
            ? RunName.fresh(file, schema, options)
            : RunName.resumed(options.resume(), file, schema, options);
  }

  /**
   * Asks the endpoint for its fields.
   *
   * @throws CommandException when it does not answer, or is no pipeline's
   */
  public static FileImport prepare(RecordFile file, Endpoint endpoint, ImportOptions options)
      throws InterruptedException {
    var http = endpoint.client();
    return new FileImport(http, file, endpoint, options, schema(http, endpoint));
  }

  /** The name with which the run can be resumed; null when its file can be read only once. */
  public @Nullable String run() {
    return file.path() == null ? null : run;
  }

  /**
   * Sends the file.
   *
   * @throws CommandException when it cannot be read, or does not fit the endpoint at all
   */
  public ImportResult run(ImportListener listener) throws InterruptedException {
    var plan =
        new ImportPlan(schema, run, options.lanes(), options.chunkRecords(), options.skipBad());
    var target =
        URI.create(endpoint.records() + (options.skipBad() ? "?onError=skip" : "?onError=reject"));
    var sender = new ChunkSender(http, endpoint, target, options.patience(), listener);
    try (var source = open(listener)) {
      return new BulkImport(plan, sender, listener).run(source);
    }
  }

  private RecordSource open(ImportListener listener) {
    return switch (file.format()) {
      case CSV ->
          new CsvRecords(
              CsvRows.open(file, options.dialect()),
              schema,
              options.ignored(),
              new ValueWriter(options.zone()),
              listener);
      case NDJSON -> new JsonRecords(JsonLines.open(file), schema, options.ignored());
    };
  }

  private static Schema schema(HttpClient http, Endpoint endpoint) throws InterruptedException {
    var request = endpoint.request(endpoint.openApi()).timeout(SCHEMA_TIMEOUT).build();
    try {
      var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw new CommandException(
            endpoint.openApi()
                + " answers "
                + response.statusCode()
                + "; is this a pipeline's endpoint, and the pipeline Ready? See: kubectl get"
                + " datapipelines");
      }
      return EndpointSchema.of(response.body(), endpoint);
    } catch (IOException e) {
      throw new CommandException(
          "nothing answers at "
              + endpoint
              + "; is the pipeline Ready? See: kubectl get datapipelines",
          e);
    }
  }
}
