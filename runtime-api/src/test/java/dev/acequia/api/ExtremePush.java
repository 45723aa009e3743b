package dev.acequia.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdOutputStream;
import dev.acequia.contract.Field;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A push that wants to be much in memory.
 *
 * @param query of the address, with its question mark
 * @param proves whether its own headers prove who sends it, so that it needs no key
 */
record ExtremePush(String query, Map<String, String> headers, byte[] body, boolean proves) {
  /** The largest body that is read whole. */
  private static final int MOST_BYTES = 16 << 20;

  private static final int BOMB_BYTES = 64 << 20;
  private static final int LONGEST_TEXT = 900_000;
  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";
  private static final int LARGEST_WINDOW_LOG = 23;

  /**
   * All of them, made once: the attackers' machine is the API's.
   *
   * @param pubsubToken that Google would send
   * @param firehoseKey that is in force
   */
  static List<ExtremePush> all(
      ExtremeTable table, String pubsubToken, String firehoseKey, Random random)
      throws IOException {
    var pushes = new ArrayList<ExtremePush>();
    var texts = lines(table, random, 16, ExtremePush::longest);
    var wide = lines(table, random, 2000, ExtremePush::usual);
    var numbers = lines(table, random, 40, ExtremePush::numbers);
    for (var lines : List.of(texts, wide, numbers)) {
      var array = "[" + String.join(",", lines) + "]";
      var stream = bytes(String.join("\n", lines));
      pushes.add(plain("", JSON, bytes(array)));
      pushes.add(plain("?onError=skip", NDJSON, stream));
      pushes.add(compressed("", NDJSON, "gzip", Compressed.by("gzip", stream)));
      pushes.add(compressed("?onError=skip", NDJSON, "zstd", Compressed.by("zstd", stream)));
      pushes.add(compressed("", NDJSON, "zstd", withLargestWindow(stream)));
    }
    // Each is one array of numbers that the decoder has to count.
    pushes.add(
        plain("", JSON, bytes(record(table, ExtremePush::usual, random, "1e9,".repeat(200_000)))));
    pushes.add(plain("?onError=skip", NDJSON, bytes("{}\n".repeat(MOST_BYTES / 3))));
    pushes.add(plain("", JSON, bytes("[".repeat(1 << 20))));
    pushes.add(plain("", "text/csv", bytes(csv(table, 20_000))));
    pushes.add(plain("?onError=skip", "text/csv", bytes("id\n\"" + "x".repeat(MOST_BYTES / 2))));
    for (var filler : List.of(' ', '[', '1')) {
      var bomb = bytes(filler.toString().repeat(BOMB_BYTES));
      for (var coding : List.of("gzip", "zstd")) {
        var packed = Compressed.by(coding, bomb);
        pushes.add(compressed("", JSON, coding, packed));
        pushes.add(compressed("?onError=skip", NDJSON, coding, packed));
      }
    }
    pushes.addAll(envelopes(table, pubsubToken, firehoseKey, random));
    return List.copyOf(pushes);
  }

  private static List<ExtremePush> envelopes(
      ExtremeTable table, String pubsubToken, String firehoseKey, Random random) {
    var small = record(table, ExtremePush::usual, random, "");
    var large = record(table, ExtremePush::longest, random, "");
    var events = new StringBuilder("[");
    for (var i = 0; i < 10_000; i++) {
      events
          .append(i == 0 ? "" : ",")
          .append("{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"s\",\"id\":\"")
          .append(i)
          .append("\",\"a\":\"")
          .append("x".repeat(200))
          .append("\",\"data\":{\"id\":1}}");
    }
    var firehose =
        Map.of(
            "Content-Type",
            JSON,
            "X-Amz-Firehose-Protocol-Version",
            "1.0",
            "X-Amz-Firehose-Request-Id",
            "fuzz",
            "X-Amz-Firehose-Access-Key",
            firehoseKey);
    var pubsub =
        Map.of(
            "Content-Type",
            JSON,
            "Authorization",
            "Bearer " + pubsubToken,
            "User-Agent",
            "CloudPubSub-Google");
    var sns =
        Map.of(
            "Content-Type", "text/plain; charset=UTF-8", "x-amz-sns-message-type", "Notification");
    return List.of(
        plain("", "application/cloudevents-batch+json", bytes(events.append(']').toString())),
        plain(
            "",
            "application/cloudevents+json",
            bytes(
                "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"s\",\"id\":\"1\",\"data\":"
                    + large
                    + "}")),
        new ExtremePush("", firehose, delivery("e30=", 100_000), true),
        new ExtremePush("", firehose, delivery(base64(large), 10), true),
        new ExtremePush("", pubsub, message(base64((small + "\n").repeat(20))), true),
        new ExtremePush("", pubsub, message(base64(large)), true),
        new ExtremePush("", sns, bytes("{\"Message\":\"" + "x".repeat(2_000_000)), true));
  }

  private static byte[] delivery(String data, int records) {
    return bytes(
        IntStream.range(0, records)
            .mapToObj(i -> "{\"data\":\"" + data + "\"}")
            .collect(
                Collectors.joining(
                    ",", "{\"requestId\":\"fuzz\",\"timestamp\":1,\"records\":[", "]}")));
  }

  private static byte[] message(String data) {
    return bytes(
        "{\"message\":{\"attributes\":{\"a\":\"b\"},\"messageId\":\"1\",\"data\":\""
            + data
            + "\"},\"subscription\":\"s\"}");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static ExtremePush plain(String query, String contentType, byte[] body) {
    return new ExtremePush(query, Map.of("Content-Type", contentType), body, false);
  }

  private static ExtremePush compressed(
      String query, String contentType, String coding, byte[] body) {
    var headers = new LinkedHashMap<String, String>();
    headers.put("Content-Type", contentType);
    headers.put("Content-Encoding", coding);
    return new ExtremePush(query, headers, body, false);
  }

  private static byte[] withLargestWindow(byte[] body) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zstd = new ZstdOutputStream(out)) {
      zstd.setLong(LARGEST_WINDOW_LOG);
      zstd.write(body);
    }
    return out.toByteArray();
  }

  private static List<String> lines(
      ExtremeTable table, Random random, int count, BiFunction<Field, Random, String> value) {
    return IntStream.range(0, count)
        .mapToObj(i -> record(table, value, random, ""))
        .limit(count)
        .collect(Collectors.collectingAndThen(Collectors.toList(), ExtremePush::thatFitABody));
  }

  private static List<String> thatFitABody(List<String> lines) {
    var fitting = new ArrayList<String>();
    var length = 0;
    for (var line : lines) {
      length += line.length() + 1;
      if (length < MOST_BYTES - 2) {
        fitting.add(line);
      }
    }
    return fitting;
  }

  /**
   * A record.
   *
   * @param numbers what stands at the beginning of a json field's array; empty for a usual one
   */
  private static String record(
      ExtremeTable table, BiFunction<Field, Random, String> value, Random random, String numbers) {
    var members = new ArrayList<String>();
    var budget = LONGEST_TEXT + 50_000;
    var arrayed = numbers.isEmpty();
    members.add("\"id\":" + (1_000_000 + random.nextInt(1_000_000)));
    for (var field : table.fields().subList(1, table.fields().size())) {
      var text = value.apply(field, random);
      if (!arrayed && field.type() == dev.acequia.contract.FieldType.JSON) {
        text = "[" + numbers + "1]";
        arrayed = true;
      }
      budget -= text.length() + 10;
      if (budget > 0) {
        members.add("\"" + field.name() + "\":" + text);
      }
    }
    return "{" + String.join(",", members) + "}";
  }

  private static String usual(Field field, Random random) {
    return switch (field.type()) {
      case STRING -> "\"w" + random.nextInt(100) + "\"";
      case INT32, INT64 -> Integer.toString(random.nextInt());
      case DOUBLE -> Double.toString(random.nextDouble());
      case DECIMAL -> random.nextInt(1000) + ".125";
      case BOOLEAN -> "true";
      case DATE -> "\"2013-01-01\"";
      case TIMESTAMP -> "\"2013-01-01T05:00:00.123456Z\"";
      case UUID -> "\"00000000-0000-0000-0000-00000000000a\"";
      case JSON -> "{\"a\":[1,2,{\"b\":null}]}";
    };
  }

  private static String longest(Field field, Random random) {
    return switch (field.type()) {
      case STRING -> "\"" + "\\u00e9".repeat(LONGEST_TEXT / 6) + "\"";
      case INT32, INT64, DOUBLE, DECIMAL, BOOLEAN, DATE, TIMESTAMP, UUID, JSON ->
          usual(field, random);
    };
  }

  private static String numbers(Field field, Random random) {
    return switch (field.type()) {
      case DECIMAL ->
          switch (random.nextInt(4)) {
            case 0 -> "1e131071";
            case 1 -> "1e-16383";
            case 2 -> "-" + "7".repeat(4096);
            default -> "1e" + random.nextInt(140_000);
          };
      case DOUBLE -> "1." + "1".repeat(1000) + "e308";
      case JSON -> "[" + "1e131071,".repeat(random.nextInt(10)) + "7".repeat(4096) + "]";
      case STRING, INT32, INT64, BOOLEAN, DATE, TIMESTAMP, UUID -> usual(field, random);
    };
  }

  private static String csv(ExtremeTable table, int rows) {
    var text = new StringBuilder();
    text.append(table.fields().stream().map(Field::name).collect(Collectors.joining(",")));
    var commas = ",".repeat(table.fields().size() - 1);
    for (var i = 0; i < rows && text.length() < MOST_BYTES - 2000; i++) {
      text.append("\r\n").append(i).append(commas);
    }
    return text.append("\r\n").toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }
}
