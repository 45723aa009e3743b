package dev.acequia.benchmarks.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.benchmarks.serving.Flights;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.RecordKey;
import dev.acequia.contract.record.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlightStreamTest {
  private static final Path REAL = Path.of("../examples/flights.ndjson");

  private static List<Flight> flights(long seed, int count) throws IOException {
    var stream = FlightStream.of(REAL, seed);
    var flights = new ArrayList<Flight>();
    for (var i = 0; i < count; i++) {
      flights.add(stream.next());
    }
    return flights;
  }

  @Test
  void theSameSeedMakesTheSameRecords() throws IOException {
    assertThat(flights(1, 5_000)).isEqualTo(flights(1, 5_000)).isNotEqualTo(flights(2, 5_000));
  }

  @Test
  void everyRecordFitsTheSchemaAndItsKeyIsTheCanonicalOne() throws Exception {
    var decoder = new RecordDecoder(Flights.SCHEMA);
    var row = new Row(Flights.SCHEMA);
    var bytes = 0L;
    for (var flight : flights(3, 20_000)) {
      var json = flight.json();
      bytes += json.length;
      decode(decoder, json, row);
      assertThat(new String(flight.key(), UTF_8))
          .isEqualTo(new String(RecordKey.encode(Flights.SCHEMA, row), UTF_8));
    }
    assertThat(bytes / 20_000).isBetween(140L, 170L);
  }

  @Test
  void onlyACorrectionRepeatsAKeyAndItFollowsWhatItCorrects() throws IOException {
    var arrivals = new HashMap<String, Integer>();
    var corrections = 0;
    for (var flight : flights(4, 50_000)) {
      var key = new String(flight.key(), UTF_8);
      var before = arrivals.get(key);
      assertThat(arrivals.containsKey(key)).isEqualTo(flight.corrects() != null);
      assertThat(before).isEqualTo(flight.corrects());
      arrivals.put(key, flight.arrivalDelay());
      corrections += flight.corrects() == null ? 0 : 1;
    }
    assertThat(corrections).isBetween(2_000, 3_000);
  }

  private static void decode(RecordDecoder decoder, byte[] json, Row row)
      throws BadRecordException {
    decoder.decode(json, 0, json.length, row);
  }
}
