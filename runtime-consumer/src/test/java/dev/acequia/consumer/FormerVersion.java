package dev.acequia.consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.TopicDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** What the version before generations left of a pipeline, as its README tells, in a test's own. */
final class FormerVersion {
  /** Of the topic before it was created again; ids of topics that are gone mean nothing. */
  private static final String OLDER_TOPIC = "AAAAAAAAAAAAAAAAAAAACQ";

  private final TestPipeline pipeline;
  private final String mode;

  private FormerVersion(TestPipeline pipeline, LoadMode mode) {
    this.pipeline = pipeline;
    this.mode = mode.name().toLowerCase(Locale.ROOT);
  }

  /** A pipeline that was left as it is. */
  static TestPipeline left(LoadMode mode) throws Exception {
    var pipeline = new TestPipeline(LoadIT.SCHEMA, mode, 2);
    pipeline.allowDeadLetters(1);
    pipeline.accept(mode == LoadMode.APPEND ? null : 1, "earliest");
    var former = new FormerVersion(pipeline, mode);
    former.loadTables();
    former.send(".topic.jsonl", pipeline.topic());
    former.send(".letters.jsonl", pipeline.topic() + ".dlq");
    pipeline.flush();
    return pipeline;
  }

  private void loadTables() throws Exception {
    try (var admin = pipeline.connect("admin", "admin");
        var statement = admin.createStatement()) {
      statement.execute(text(pipeline, mode + ".sql"));
    }
  }

  private void send(String file, String topic) throws IOException {
    var json = JsonMapper.builder().build();
    for (var line : text(pipeline, mode + file).lines().toList()) {
      var record = json.readTree(line);
      pipeline.send(
          topic,
          record.get("partition").asInt(),
          bytes(record, "key"),
          bytes(record, "value"),
          headers(record));
    }
  }

  private static byte @Nullable [] bytes(JsonNode record, String name) throws IOException {
    if (record.has(name + "Base64")) {
      return record.get(name + "Base64").binaryValue();
    }
    return record.has(name) ? record.get(name).asText().getBytes(StandardCharsets.UTF_8) : null;
  }

  private static List<Header> headers(JsonNode record) {
    var headers = new ArrayList<Header>();
    for (var header : record.path("headers")) {
      headers.add(
          new RecordHeader(
              header.get(0).asText(), header.get(1).asText().getBytes(StandardCharsets.UTF_8)));
    }
    return headers;
  }

  /** The former consumer's statements by their names. */
  static Map<String, String> statements(TestPipeline pipeline) throws IOException {
    var statements = new LinkedHashMap<String, String>();
    for (var part : text(pipeline, "former-writer.sql").split("(?m)^-- ", -1)) {
      var line = part.indexOf('\n');
      if (line > 0) {
        statements.put(part.substring(0, line), part.substring(line + 1).strip());
      }
    }
    return statements;
  }

  /** A file, with the test's own names and ids. */
  private static String text(TestPipeline pipeline, String file) throws IOException {
    var definition = pipeline.definition();
    try (var in = FormerVersion.class.getResourceAsStream("/upgrade/" + file)) {
      if (in == null) {
        throw new IOException("there is no file " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@NAME@", definition.name())
          .replace("@TABLE@", definition.name().replace('-', '_'))
          .replace("@TOPIC_ID@", definition.topic().id())
          .replace("@TOPIC_UUID@", definition.topic().uuid().toString())
          .replace("@FORMER_TOPIC_ID@", OLDER_TOPIC)
          .replace("@FORMER_TOPIC_UUID@", TopicDefinition.uuid(OLDER_TOPIC).toString());
    }
  }
}
