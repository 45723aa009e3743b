package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdInputStream;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryIT {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final Pattern NEXT = Pattern.compile("<(.+)>; rel=\"next\"");

  private static TestPipeline flights;
  private static TestPipeline events;

  @BeforeAll
  static void start() {
    flights =
        TestPipeline.start(
            LoadMode.UPSERT,
            List.of("at", "carrier"),
            required("at", FieldType.TIMESTAMP),
            required("carrier", FieldType.STRING),
            field("dest", FieldType.STRING),
            field("delay", FieldType.DOUBLE),
            field("seats", FieldType.INT64),
            field("price", FieldType.DECIMAL));
    flights.store(
        """
        [{"at":"2013-01-01T05:00:00Z","carrier":"UA","dest":"IAH","delay":2,"seats":9007199254740993,
          "price":12345678901234567890.12345},
         {"at":"2013-01-01T05:00:00Z","carrier":"a/b,ñ","dest":"O'Hare; DROP TABLE x","delay":-1.5},
         {"at":"2013-01-01T06:00:00.25Z","carrier":"AA","dest":"MIA"},
         {"at":"2013-01-02T05:00:00Z","carrier":"UA","dest":"MIA","delay":10,"seats":-1,"price":0.10},
         {"at":"2013-01-03T05:00:00Z","carrier":"B6","delay":60.25}]
        """);
    events = TestPipeline.start(LoadMode.APPEND, List.of(), field("n", FieldType.INT32));
    events.store("[{\"n\":3},{\"n\":1},{},{\"n\":2},{\"n\":1}]");
  }

  @AfterAll
  static void stop() {
    flights.close();
    events.close();
  }

  private static JsonNode rows(String query) throws IOException {
    return JSON.readTree(ok(flights.get("/v1/records?" + query)).body());
  }

  private static HttpResponse<String> ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return response;
  }

  private static List<String> carriers(String query) throws IOException {
    var carriers = new ArrayList<String>();
    rows(query).forEach(row -> carriers.add(row.get("carrier").asText()));
    return carriers;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void answersInTheKeysOrderWithEveryValueExact() throws IOException {
    var answer = ok(flights.get("/v1/records"));

    assertThat(answer.headers().firstValue("Content-Range")).hasValue("0-4/*");
    assertThat(answer.headers().firstValue("Link")).isEmpty();
    assertThat(answer.body())
        .startsWith(
            "[{\"at\":\"2013-01-01T05:00:00Z\",\"carrier\":\"UA\",\"dest\":\"IAH\",\"delay\":2,"
                + "\"seats\":9007199254740993,\"price\":12345678901234567890.12345}");
    assertThat(JSON.readTree(answer.body())).hasSize(5);
    assertThat(answer.body()).contains("2013-01-01T06:00:00.25Z").contains("\"price\":0.10");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "carrier=eq.UA | 2",
        "carrier=neq.UA | 3",
        "delay=gt.2 | 2",
        "delay=gte.2 | 3",
        "delay=lt.2 | 1",
        "delay=not.lte.2 | 2",
        "dest=is.null | 1",
        "dest=not.is.null | 4",
        "dest=is.not_null | 4",
        "dest=isdistinct.MIA | 3",
        "dest=eq(any).{MIA,IAH} | 3",
        "dest=like(all).{*I*,M*} | 2",
        "or=( dest.like(any).{\"I*\",x}, delay.gt.50) | 2",
        "not.and=(carrier.eq.UA,delay.gt.5) | 4",
        "carrier=in.(UA,B6) | 3",
        "carrier=in.(\"a/b,ñ\",x) | 1",
        "carrier=not.in.(UA) | 3",
        "carrier=in.() | 0",
        "dest=like.*A | 2",
        "dest=ilike.m_a | 2",
        "dest=like.%25Hare* | 1",
        "at=gte.2013-01-02 | 2",
        "at=eq.2013-01-01T06:00:00.25+00:00 | 1",
        "at=lt.2013-01-01T06:00:00Z&carrier=eq.UA | 1",
        "seats=eq.9007199254740993 | 1",
        "seats=eq.9007199254740992 | 0",
        "price=gt.12345678901234567890.1 | 1",
        "or=(carrier.eq.B6,and(carrier.eq.UA,delay.lt.5)) | 2",
        "not.or=(carrier.eq.B6,carrier.eq.UA)&dest=not.is.null | 2",
      })
  void filters(String query, int expected) throws IOException {
    var parts = new ArrayList<String>();
    for (var part : query.split("&")) {
      var equals = part.indexOf('=');
      var value = part.substring(equals + 1);
      parts.add(part.substring(0, equals + 1) + (value.contains("%") ? value : encoded(value)));
    }
    assertThat(rows(String.join("&", parts))).as(query).hasSize(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'",
        "' OR 1=1 --",
        "\"; DROP TABLE x; --",
        "%",
        "\\",
        "$1",
        "?",
        "{}",
        "/*",
        "\u202e",
        "a\u0301",
        "🛶",
        "O'Hare; DROP TABLE x"
      })
  void keepsHostileTextText(String text) throws IOException {
    var expected = text.equals("O'Hare; DROP TABLE x") ? 1 : 0;
    assertThat(rows("dest=eq." + encoded(text))).hasSize(expected);
    assertThat(
            rows(
                "dest=in.("
                    + encoded("\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                    + ")"))
        .hasSize(expected);
    assertThat(flights.get("/v1/records?" + encoded(text) + "=eq.1").statusCode()).isEqualTo(400);
    assertThat(flights.get("/v1/records?select=" + encoded(text)).statusCode()).isEqualTo(400);
    assertThat(flights.get("/v1/records?order=" + encoded(text)).statusCode()).isEqualTo(400);
    assertThat(rows("")).hasSize(5);
  }

  @Test
  void ordersWithNullsWhereTheyAreWanted() throws IOException {
    assertThat(carriers("order=delay")).containsExactly("a/b,ñ", "UA", "UA", "B6", "AA");
    assertThat(carriers("order=delay.desc")).containsExactly("AA", "B6", "UA", "UA", "a/b,ñ");
    assertThat(carriers("order=delay.desc.nullslast,carrier"))
        .containsExactly("B6", "UA", "UA", "a/b,ñ", "AA");
  }

  @Test
  void aggregatesByGroup() throws IOException {
    assertThat(rows("select=carrier,n:count(),mean:delay.avg(),seats.sum()&order=n.desc,carrier"))
        .hasToString(
            JSON.readTree(
                    """
                    [{"carrier":"UA","n":2,"mean":6,"sum":9007199254740992},
                     {"carrier":"AA","n":1,"mean":null,"sum":null},
                     {"carrier":"B6","n":1,"mean":60.25,"sum":null},
                     {"carrier":"a/b,ñ","n":1,"mean":-1.5,"sum":null}]
                    """)
                .toString());
    assertThat(rows("select=count()&delay=gt.0")).hasToString("[{\"count\":3}]");
    assertThat(rows("select=dest.min(),last:at.max(),delay.count()"))
        .hasToString("[{\"min\":\"IAH\",\"last\":\"2013-01-03T05:00:00Z\",\"count\":4}]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "order=n",
        "order=n.desc",
        "order=n.asc.nullsfirst",
        "order=n.desc.nullslast",
        "select=n,count()",
        "select=n,c:count()&order=c.desc",
        "select=n,s:n.sum()&order=s.desc.nullsfirst",
        "select=n,c:count()&order=n.sum().desc.nullsfirst",
        "select=n::text,count()&order=count().desc,n"
      })
  void pagesMeetEveryRowOnce(String query) throws IOException {
    var whole = JSON.readTree(ok(events.get("/v1/records?" + query)).body());
    for (var size = 1; size <= whole.size(); size++) {
      var paged = JSON.createArrayNode();
      var next = "/v1/records?limit=" + size + "&" + query;
      for (var page = 0; !next.isEmpty(); page++) {
        assertThat(page).as(next).isLessThanOrEqualTo(whole.size());
        var answer = ok(events.get(next));
        var from = paged.size();
        JSON.readTree(answer.body()).forEach(paged::add);
        assertThat(answer.headers().firstValue("Content-Range"))
            .hasValue(from + "-" + (paged.size() - 1) + "/*");
        next =
            answer
                .headers()
                .firstValue("Link")
                .map(
                    link -> {
                      var matcher = NEXT.matcher(link);
                      assertThat(matcher.matches()).isTrue();
                      return matcher.group(1);
                    })
                .orElse("");
      }
      assertThat(paged).as("%s by %d", query, size).isEqualTo(whole);
    }
  }

  @Test
  void cursorKeepsItsQueryAndItsPlace() throws IOException {
    var link =
        ok(flights.get("/v1/records?limit=2&order=delay.desc&offset=1"))
            .headers()
            .firstValue("Link")
            .orElseThrow();
    var matcher = NEXT.matcher(link);
    assertThat(matcher.matches()).isTrue();
    var next = matcher.group(1);

    assertThat(next).contains("order=delay.desc").doesNotContain("offset");
    assertThat(ok(flights.get(next)).headers().firstValue("Content-Range")).hasValue("3-4/*");
    var foreign = flights.get(next.replace("delay.desc", "delay.asc"));
    assertThat(foreign.statusCode()).isEqualTo(400);
    assertThat(foreign.body()).contains("another query");
  }

  @Test
  void pagesByLongQueriesAsLongAsTheirAddressesCanBeAskedFor() throws IOException {
    var query = "/v1/records?limit=2&dest=in.(MIA,%s)";
    var long16 = ok(flights.get(query.formatted("x".repeat(16 << 10))));
    assertThat(long16.headers().firstValue("Link")).isEmpty();
    var not = "/v1/records?limit=2&dest=not.in.(%s)";
    var next =
        NEXT.matcher(
            ok(flights.get(not.formatted("x".repeat(16 << 10))))
                .headers()
                .firstValue("Link")
                .orElseThrow());
    assertThat(next.matches()).isTrue();
    assertThat(ok(flights.get(next.group(1))).headers().firstValue("Content-Range"))
        .hasValue("2-3/*");

    var tooLong = flights.get(not.formatted("x".repeat(25 << 10)));
    assertThat(tooLong.statusCode()).isEqualTo(400);
    assertThat(tooLong.body()).contains("the address of the next page would have");
  }

  @Test
  void countsWhenAskedTo() throws IOException {
    var page = flights.get("/v1/records?limit=2", "Prefer", "count=exact");
    assertThat(page.statusCode()).isEqualTo(206);
    assertThat(page.headers().firstValue("Content-Range")).hasValue("0-1/5");
    assertThat(page.headers().firstValue("Preference-Applied")).hasValue("count=exact");

    var whole = flights.get("/v1/records?dest=eq.MIA", "Prefer", "count=exact");
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.headers().firstValue("Content-Range")).hasValue("0-1/2");

    var groups = flights.get("/v1/records?select=carrier,count()&limit=1", "Prefer", "count=exact");
    assertThat(groups.headers().firstValue("Content-Range")).hasValue("0-0/4");

    assertThat(flights.get("/v1/records?offset=5", "Prefer", "count=exact").statusCode())
        .isEqualTo(416);
    assertThat(flights.get("/v1/records", "Prefer", "handling=strict, count=guessed").statusCode())
        .isEqualTo(400);
  }

  @Test
  void estimatesWhenThatWillDo() throws IOException {
    TestPipeline.sql("ANALYZE " + flights.table());
    for (var how : List.of("planned", "estimated")) {
      var page = flights.get("/v1/records?limit=2", "Prefer", "handling=strict, count=" + how);
      assertThat(page.statusCode()).isEqualTo(206);
      assertThat(page.headers().firstValue("Content-Range")).hasValue("0-1/5");
      assertThat(page.headers().firstValue("Preference-Applied"))
          .hasValue("handling=strict, count=" + how);
    }
    var groups = flights.get("/v1/records?select=carrier,count()", "Prefer", "count=estimated");
    assertThat(groups.headers().firstValue("Content-Range")).hasValue("0-3/4");
    // An estimate that falls short of what is seen is corrected by it.
    var filtered = flights.get("/v1/records?delay=gt.-100", "Prefer", "count=planned");
    assertThat(filtered.headers().firstValue("Content-Range").orElseThrow()).startsWith("0-3/");
  }

  @Test
  void castsAsItIsAsked() throws IOException {
    assertThat(rows("select=seats::text,delay::int32,at::date,price::text&carrier=eq.UA&order=at"))
        .hasToString(
            "[{\"seats\":\"9007199254740993\",\"delay\":2,\"at\":\"2013-01-01\","
                + "\"price\":\"12345678901234567890.12345\"},"
                + "{\"seats\":\"-1\",\"delay\":10,\"at\":\"2013-01-02\",\"price\":\"0.10\"}]");
    assertThat(rows("select=at::date,n:count(),seats.sum()::text&order=n.desc,at"))
        .hasToString(
            "[{\"at\":\"2013-01-01\",\"n\":3,\"sum\":\"9007199254740993\"},"
                + "{\"at\":\"2013-01-02\",\"n\":1,\"sum\":\"-1\"},"
                + "{\"at\":\"2013-01-03\",\"n\":1,\"sum\":null}]");
    var tooLarge = flights.get("/v1/records?select=seats::int32");
    assertThat(tooLarge.statusCode()).isEqualTo(400);
    assertThat(tooLarge.body()).contains("out of range");
  }

  @Test
  void ordersGroupsByWhatTheyCount() throws IOException {
    assertThat(rows("select=carrier&order=carrier")).hasSize(5);
    assertThat(rows("select=carrier,count()&order=count().desc,carrier.desc&limit=2"))
        .hasToString("[{\"carrier\":\"UA\",\"count\":2},{\"carrier\":\"a/b,ñ\",\"count\":1}]");
    assertThat(rows("select=carrier,count()&order=delay.max().desc.nullslast&limit=1"))
        .hasToString("[{\"carrier\":\"B6\",\"count\":1}]");
  }

  @Test
  void saysWhenAResultIsEmpty() throws IOException {
    var answer = ok(flights.get("/v1/records?carrier=eq.none"));

    assertThat(answer.body()).isEqualTo("[]\n");
    assertThat(answer.headers().firstValue("Content-Range")).hasValue("*/*");
  }

  @Test
  void writesTheFormatThatIsAskedFor() throws IOException {
    var query = "/v1/records?select=carrier,delay&carrier=in.(AA,B6)&order=carrier";
    assertThat(ok(flights.get(query, "Accept", "text/csv")).body())
        .isEqualTo("carrier,delay\r\nAA,\r\nB6,60.25\r\n");
    assertThat(ok(flights.get(query, "Accept", "application/x-ndjson")).body())
        .isEqualTo("{\"carrier\":\"AA\",\"delay\":null}\n{\"carrier\":\"B6\",\"delay\":60.25}\n");
    assertThat(ok(flights.get(query, "Accept", "application/vnd.acequia.columns+json")).body())
        .isEqualTo(
            "{\"carrier\": {\"0\": \"AA\", \"1\": \"B6\"}, \"delay\": {\"0\": null, \"1\":"
                + " 60.25}}\n");
    assertThat(flights.get(query, "Accept", "image/png").statusCode()).isEqualTo(406);
  }

  @Test
  void writesOneObjectWhereOneIsAskedFor() throws IOException {
    var object = "application/vnd.pgrst.object+json";
    var one = ok(flights.get("/v1/records?select=carrier&carrier=eq.B6", "Accept", object));
    assertThat(one.body()).isEqualTo("{\"carrier\":\"B6\"}\n");
    assertThat(one.headers().firstValue("Content-Type")).hasValue(object);
    for (var query : List.of("carrier=eq.none", "limit=2", "limit=1")) {
      var answer = flights.get("/v1/records?" + query, "Accept", object);
      assertThat(answer.statusCode()).as(query).isEqualTo(406);
      assertThat(answer.body()).contains("one row");
    }
  }

  @Test
  void sendsAnAnswerOnceToWhoKeepsIt() throws IOException {
    var query = "/v1/records?carrier=eq.UA";
    var first = ok(flights.get(query));
    var tag = first.headers().firstValue("ETag").orElseThrow();
    assertThat(first.headers().firstValue("Vary"))
        .hasValue("Accept, Accept-Encoding, Prefer, Authorization, X-Api-Key");

    var again = flights.get(query, "If-None-Match", "\"other\", " + tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.headers().firstValue("ETag")).hasValue(tag);
    assertThat(again.headers().firstValue("Content-Range"))
        .isEqualTo(first.headers().firstValue("Content-Range"));

    assertThat(flights.get(query, "If-None-Match", "*").statusCode()).isEqualTo(304);
    assertThat(flights.get(query, "If-None-Match", "\"a,b\"," + tag.substring(2)).statusCode())
        .isEqualTo(304);
    for (var broken : List.of("\"", "W/\"", "\"\"", tag.substring(tag.length() - 5))) {
      assertThat(flights.get(query, "If-None-Match", broken).statusCode())
          .as(broken)
          .isEqualTo(200);
    }

    for (var other : List.of(query + "&limit=1", "/v1/records?carrier=eq.AA")) {
      assertThat(flights.get(other, "If-None-Match", tag).statusCode()).isEqualTo(200);
    }
    assertThat(flights.get(query, "If-None-Match", tag, "Accept", "text/csv").statusCode())
        .isEqualTo(200);
    assertThat(flights.get(query, "If-None-Match", tag, "Prefer", "count=exact").statusCode())
        .isEqualTo(200);
    var key = "/v1/records/2013-01-02T05:00:00Z,UA";
    var one = ok(flights.get(key)).headers().firstValue("ETag").orElseThrow();
    assertThat(flights.get(key, "If-None-Match", one).statusCode()).isEqualTo(304);
  }

  @Test
  void compressesWhatIsLargeEnough() throws IOException, InterruptedException {
    var large = "/v1/records?select=*,a:at,b:at,c:at,d:at,e:at,f:at,g:at,h:at";
    var plain = ok(flights.get(large)).body();
    assertThat(plain.length()).isGreaterThan(1024);
    for (var coding : List.of("gzip", "zstd")) {
      var answer =
          flights.bytes(large, "Accept-Encoding", "br, identity;q=0.1, " + coding + ";q=0.5");
      assertThat(answer.headers().firstValue("Content-Encoding")).hasValue(coding);
      assertThat(answer.headers().firstValue("ETag"))
          .isEqualTo(flights.get(large).headers().firstValue("ETag"));
      try (var in =
          coding.equals("gzip")
              ? new GZIPInputStream(new ByteArrayInputStream(answer.body()))
              : new ZstdInputStream(new ByteArrayInputStream(answer.body()))) {
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(plain);
      }
    }
    var small = flights.bytes("/v1/records?limit=1", "Accept-Encoding", "gzip, zstd");
    assertThat(small.headers().firstValue("Content-Encoding")).isEmpty();
  }

  @Test
  void answersHeadWithoutABody() throws IOException {
    var get = ok(flights.get("/v1/records?limit=2"));
    var head =
        flights.send(
            flights
                .request("/v1/records?limit=2")
                .method("HEAD", HttpRequest.BodyPublishers.noBody()));

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (var header : List.of("Content-Length", "Link", "Content-Range", "Content-Type")) {
      assertThat(head.headers().firstValue(header))
          .as(header)
          .isEqualTo(get.headers().firstValue(header))
          .isPresent();
    }
  }

  @Test
  void findsOneRecordByItsKey() throws IOException {
    var answer = ok(flights.get("/v1/records/2013-01-01T05:00:00Z,a%2Fb%2C%C3%B1"));

    assertThat(JSON.readTree(answer.body()).get("delay")).hasToString("-1.5");
    assertThat(
            ok(flights.get("/v1/records/2013-01-01T06:00:00%2B01:00,UA", "Accept", "text/csv"))
                .body())
        .contains("IAH");
  }

  /** As openapi-generator's clients in Java and Python write a path. */
  @Test
  void findsARecordWhoseKeyIsEncodedAsAWhole() throws IOException {
    assertThat(ok(flights.get("/v1/records/2013-01-01T06%3A00%3A00%2B01%3A00%2CUA")).body())
        .contains("IAH");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2013-01-01T05:00:00Z,none | 404",
        "2013-01-01T05:00:00Z,ua | 404",
        "2013-01-01T05:00:00Z | 400",
        "2013-01-01T05:00:00Z,UA,x | 400",
        "2013-01-01T05:00:00Z%2CUA%2Cx | 400",
        "%FF%2CUA | 400",
        "yesterday,UA | 400",
        "2013-01-01T05:00:00Z,UA?limit=1 | 400",
        ", | 400",
        "2013-01-01T05:00:00Z,%FF | 400",
        "2013-01-01T05:00:00Z,'' OR 1=1 | 404",
      })
  void saysWhyThereIsNoSuchRecord(String key, int status) throws IOException {
    var answer = flights.get("/v1/records/" + key.replace(" ", "%20").replace("''", "'"));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(JSON.readTree(answer.body()).get("detail").asText()).isNotBlank();
  }

  @Test
  void explainsWhyAKeylessPipelineHasNoSingleRecords() throws IOException {
    var answer = events.get("/v1/records/1");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("no key");
  }

  @Test
  void refusesUnknownParametersByName() throws IOException {
    var answer = flights.get("/v1/records?colour=eq.red");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("'colour'");
  }

  @Test
  void namesTheCursorToWhoSkipsTooFar() throws IOException {
    var answer = flights.get("/v1/records?offset=10001");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("cursor");
  }

  @Test
  void answersProblemsEvenBeforeTheApplication() throws IOException {
    for (var request :
        List.of(
            "GET /v1/records?a=\0 HTTP/1.1",
            "GET /%00 HTTP/1.1",
            "GET /v1/records?a=" + "x".repeat(64 << 10) + " HTTP/1.1")) {
      try (var socket = new Socket("127.0.0.1", flights.api.port())) {
        socket
            .getOutputStream()
            .write(
                (request + "\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).startsWith("HTTP/1.1 400").contains("application/problem+json");
      }
    }
  }

  @Test
  void saysWhichMethodsApply() throws IOException {
    var answer = flights.send(flights.request("/v1/records").DELETE());

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow").orElseThrow()).contains("GET").contains("POST");
    assertThat(flights.get("/nothing/here").statusCode()).isEqualTo(404);
    assertThat(flights.get("/nothing/here").body()).contains("/v1/records");
  }

  @Test
  void showsItsDocumentation() throws IOException {
    assertThat(flights.get("/").headers().firstValue("Location")).hasValue("/docs");
    var page = ok(flights.get("/docs"));
    for (var asset :
        Pattern.compile("(?:href|src)=\"(/[^\"?]+)\"").matcher(page.body()).results().toList()) {
      if (!asset.group(1).startsWith("/v1")) {
        ok(flights.get(asset.group(1)));
      }
    }
    assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
    assertThat(JSON.readTree(ok(flights.get("/openapi.json")).body()).get("openapi").asText())
        .isEqualTo("3.1.0");
    assertThat(flights.get("/docs/passwd").statusCode()).isEqualTo(404);
  }

  @Test
  void timesQueries() throws IOException, InterruptedException {
    ok(flights.get("/v1/records"));

    assertThat(flights.management("/metrics").body())
        .containsPattern("acequia_query_request_seconds_count\\{.*status=\"200\"}")
        .contains("acequia_store_read_seconds_count");
    assertThat(flights.management("/health/live").statusCode()).isEqualTo(200);
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofSeconds(20))
        .until(() -> flights.management("/health/ready").statusCode() == 200);
  }
}
