package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.WriteResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table as the schema has it, before and after the schema changes. */
public abstract class MigrationContract extends StoreContract {
  private static final Field ID = new Field("id", FieldType.INT64, true, null);
  private static final Pattern DECIMAL = Pattern.compile("decimal\\(([0-9]+),([0-9]+)\\)");

  protected MigrationContract(StoreFixture store) {
    super(store);
  }

  private PipelineDefinition append(Field... fields) {
    return definition(Pipelines.schema(List.of(), fields), LoadMode.APPEND, TOPIC, 2, null);
  }

  private PipelineDefinition upsert(Field... fields) {
    return definition(Pipelines.schema(List.of("id"), fields), LoadMode.UPSERT, TOPIC, 2, null);
  }

  private static Field field(String name, FieldType type) {
    return new Field(name, type, false, null);
  }

  private static Field required(String name, FieldType type) {
    return new Field(name, type, true, null);
  }

  private Termination refused(PipelineDefinition definition) {
    return catchThrowableOfType(TerminationException.class, () -> migrate(definition))
        .termination();
  }

  private WriteResult load(PipelineDefinition definition, String... records) throws Exception {
    try (var writer = writer(definition)) {
      var offset = claim(writer, 0).nextOffset();
      var batch = writer.newBatch();
      for (var i = 0; i < records.length; i++) {
        add(definition.schema(), batch, arrival.from(1, 0, offset + i), records[i]);
      }
      return write(writer, batch, offset, offset + records.length);
    }
  }

  private String schemaHash(PipelineDefinition definition) throws Exception {
    try (var writer = writer(definition)) {
      return claim(writer, 0).schemaHash();
    }
  }

  @Test
  void makesATableOfAllTypesThatCanBeReadAtOnce() throws Exception {
    var types = Arrays.stream(FieldType.values()).map(type -> field(name(type), type)).toList();
    var fields = new ArrayList<>(types);
    fields.add(ID);
    for (var mode : LoadMode.values()) {
      var schema = new Schema(List.of("id"), fields, UnknownFields.REJECT);
      var definition = definition(schema, mode, TOPIC, 2, null);
      migrate(definition);
      try (var reader = store.reader(definition)) {
        reader.probe();
      }
      assertThat(table(definition, "id")).isEmpty();
      drop(definition);
    }
  }

  private static String name(FieldType type) {
    return "f_" + type.name().toLowerCase(Locale.ROOT);
  }

  @Test
  void changesNothingWhenRunAgain() throws Exception {
    var definition = upsert(ID);
    migrate(definition);
    load(definition, "{\"id\":7}", "{\"id\":8}");
    long fence;
    try (var writer = writer(definition)) {
      fence = claim(writer, 0).fence();
    }
    migrate(definition);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      assertThat(claim.fence()).isEqualTo(fence + 1);
      assertThat(claim.nextOffset()).isEqualTo(2);
    }
    assertThat(table(definition, "id")).containsExactly("7", "8");
  }

  /** The load goes on under its claim while a migration that changes nothing runs. */
  @Test
  void takesNothingFromAnOwnerWhenRunAgain() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      migrate(definition);
      assertThat(writer.write(batch(writer, 0, 0, "a"), advance(claim, 0, 1), OPEN))
          .isEqualTo(new WriteResult.Stored(1, 0, 0));
    }
  }

  @Test
  void mayBeRunBySeveralAtOnce() throws Exception {
    var definition = upsert(ID);
    try (var threads = Executors.newFixedThreadPool(4)) {
      var runs =
          threads.invokeAll(
              Collections.nCopies(
                  4,
                  () -> {
                    migrate(definition);
                    return true;
                  }));
      for (var run : runs) {
        assertThat(run.get(60, TimeUnit.SECONDS)).isEqualTo(true);
      }
    }
    assertThat(nextOffsets()).containsExactly(0L, 0L);
  }

  @ParameterizedTest
  @CsvSource({
    "INT32,INT64,42,42,9223372036854775807",
    "INT32,DECIMAL,42,42,0.5",
    "INT64,DECIMAL,9223372036854775807,9223372036854775807,9223372036854775808",
    "DATE,TIMESTAMP,\"2013-01-31\",2013-01-31T00:00:00Z,\"2013-01-31T05:00:00Z\""
  })
  void widensAType(FieldType from, FieldType to, String before, String after, String wide)
      throws Exception {
    var narrow = append(ID, field("x", from));
    migrate(narrow);
    load(narrow, "{\"id\":1,\"x\":" + before + "}", "{\"id\":2}");
    var widened = append(ID, field("x", to));
    if (!store.widens(field("x", from), field("x", to))) {
      assertThat(refused(widened).message()).contains("'x' cannot change from");
      assertThat(schemaHash(narrow)).isEqualTo(narrow.schema().hash());
      return;
    }
    migrate(widened);
    assertThat(schemaHash(widened)).isEqualTo(widened.schema().hash());
    assertThat(load(widened, "{\"id\":3,\"x\":" + wide + "}"))
        .isEqualTo(new WriteResult.Stored(1, 0, 0));
    assertThat(table(widened, "id", "x"))
        .containsExactly("1|" + after, "2|null", "3|" + wide.replace("\"", ""));
  }

  private static Field decimal(int precision, int scale) {
    return new Field("x", FieldType.DECIMAL, false, new Digits(precision, scale), null);
  }

  @ParameterizedTest
  @CsvSource({"9,2,12", "9,2,38", "18,0,19", "30,18,38"})
  void givesADecimalMoreDigits(int precision, int scale, int more) throws Exception {
    var narrow = append(ID, decimal(precision, scale));
    migrate(narrow);
    load(narrow, "{\"id\":1,\"x\":-7}", "{\"id\":2}");
    var wide = append(ID, decimal(more, scale));
    migrate(wide);
    assertThat(schemaHash(wide)).isEqualTo(wide.schema().hash());
    var largest = "9".repeat(more - scale);
    assertThat(load(wide, "{\"id\":3,\"x\":" + largest + "}"))
        .isEqualTo(new WriteResult.Stored(1, 0, 0));
    assertThat(shortest(table(wide, "x"))).containsExactly("-7", "null", largest);
  }

  @ParameterizedTest
  @CsvSource({"9,2", "20,18"})
  void letsADecimalHaveAnyDigits(int precision, int scale) throws Exception {
    var bounded = append(ID, decimal(precision, scale));
    migrate(bounded);
    load(bounded, "{\"id\":1,\"x\":-0.5}", "{\"id\":2}");
    var free = append(ID, field("x", FieldType.DECIMAL));
    if (!store.widens(decimal(precision, scale), field("x", FieldType.DECIMAL))) {
      assertThat(refused(free).message())
          .contains("'x' cannot change from decimal(%d,%d) to decimal".formatted(precision, scale));
      return;
    }
    migrate(free);
    load(free, "{\"id\":3,\"x\":12345678901234567890.000000000000000001}");
    assertThat(shortest(table(free, "x")))
        .containsExactly("-0.5", "null", "12345678901234567890.000000000000000001");
  }

  @ParameterizedTest
  @CsvSource({"INT32,12,2", "INT64,21,2"})
  void makesAnIntegerADecimalThatHoldsAllOfIts(FieldType from, int precision, int scale)
      throws Exception {
    var narrow = append(ID, field("x", from));
    migrate(narrow);
    load(narrow, "{\"id\":1,\"x\":-2147483648}", "{\"id\":2}");
    var wide = append(ID, decimal(precision, scale));
    if (!store.widens(field("x", from), decimal(precision, scale))) {
      assertThat(refused(wide).message()).contains("'x' cannot change from");
      return;
    }
    migrate(wide);
    load(wide, "{\"id\":3,\"x\":0.05}");
    assertThat(shortest(table(wide, "x"))).containsExactly("-2147483648", "null", "0.05");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "decimal(12,2) | decimal(10,2)",
        "decimal(12,2) | decimal(12,4)",
        "decimal(12,2) | decimal(14,4)",
        "decimal(12,2) | decimal(12,0)",
        "decimal(12,0) | int64",
        "decimal       | decimal(38,2)",
        "int32         | decimal(11,2)",
        "int64         | decimal(20,2)",
        "string        | decimal(38,2)"
      })
  void refusesDigitsThatDoNotHoldAllFormerValues(String from, String to) throws Exception {
    var before = append(ID, named(from));
    migrate(before);
    var refusal = refused(append(ID, named(to)));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.SchemaChangeRefused);
    assertThat(refusal.message()).contains("'x' cannot change from " + from).contains("to " + to);
    assertThat(schemaHash(before)).isEqualTo(before.schema().hash());
  }

  /** A field whose type has this name. */
  private static Field named(String type) {
    var digits = DECIMAL.matcher(type);
    return digits.matches()
        ? decimal(Integer.parseInt(digits.group(1)), Integer.parseInt(digits.group(2)))
        : field("x", FieldType.valueOf(type.toUpperCase(Locale.ROOT)));
  }

  /** Rows and deletions are found by the keys that records had before. */
  @Test
  void givesAKeyMoreDigits() throws Exception {
    var narrow = keyedByADecimal(9);
    migrate(narrow);
    try (var writer = writer(narrow)) {
      var batch = writer.newBatch();
      add(narrow.schema(), batch, arrival.from(1, 0, 0), "{\"id\":1,\"x\":1.5}");
      add(narrow.schema(), batch, arrival.from(1, 0, 1), "{\"id\":2,\"x\":2}");
      add(narrow.schema(), batch, arrival.from(1, 0, 2), "{\"id\":3,\"x\":-0.25}");
      write(writer, batch, 0, 3);
    }
    var wide = keyedByADecimal(20);
    migrate(wide);
    try (var writer = writer(wide)) {
      var batch = writer.newBatch();
      add(wide.schema(), batch, arrival.from(1, 0, 3), "{\"id\":4,\"x\":1.50}");
      delete(wide.schema(), batch, arrival.from(1, 0, 4), "[\"-0.250\"]");
      add(wide.schema(), batch, arrival.from(1, 0, 5), "{\"id\":5,\"x\":123456789012345678.01}");
      write(writer, batch, 3, 6);
    }
    assertThat(table(wide, "id")).containsExactly("2", "4", "5");
  }

  private PipelineDefinition keyedByADecimal(int precision) {
    var key = new Field("x", FieldType.DECIMAL, true, new Digits(precision, 2), null);
    return definition(Pipelines.schema(List.of("x"), ID, key), LoadMode.UPSERT, TOPIC, 2, null);
  }

  @Test
  void widensAKey() throws Exception {
    var narrow = upsert(required("id", FieldType.INT32), field("x", FieldType.STRING));
    migrate(narrow);
    load(narrow, "{\"id\":1,\"x\":\"first\"}", "{\"id\":2,\"x\":\"first\"}");
    var wide = upsert(ID, field("x", FieldType.STRING));
    migrate(wide);
    load(wide, "{\"id\":1,\"x\":\"newer\"}", "{\"id\":5000000000,\"x\":\"new\"}");
    assertThat(table(wide, "id", "x")).containsExactly("1|newer", "2|first", "5000000000|new");
  }

  @Test
  void addsNullableFieldsAndRelaxesRequiredOnes() throws Exception {
    var before = append(ID, required("x", FieldType.STRING));
    migrate(before);
    load(before, "{\"id\":1,\"x\":\"old\"}");
    var after = append(ID, field("new", FieldType.DOUBLE), field("x", FieldType.STRING));
    migrate(after);
    load(after, "{\"id\":2}", "{\"id\":3,\"new\":0.5}");
    assertThat(table(after, "id", "x", "new"))
        .containsExactly("1|old|null", "2|null|null", "3|null|0.5");
  }

  @Test
  void keepsTheColumnOfARemovedFieldThatMayBeNull() throws Exception {
    var with = append(ID, field("x", FieldType.STRING));
    migrate(with);
    load(with, "{\"id\":1,\"x\":\"kept\"}");
    var without = append(ID);
    migrate(without);
    load(without, "{\"id\":2}");
    migrate(with);
    assertThat(table(with, "id", "x")).containsExactly("1|kept", "2|null");
  }

  @Test
  void refusesEveryOtherChangeAtOnceAndBeforeAnythingRuns() throws Exception {
    var before =
        append(
            ID,
            field("narrowed", FieldType.INT64),
            field("tightened", FieldType.STRING),
            required("removed", FieldType.STRING));
    migrate(before);
    var refusal =
        refused(
            append(
                ID,
                field("narrowed", FieldType.INT32),
                required("tightened", FieldType.STRING),
                required("added", FieldType.STRING),
                field("fine", FieldType.STRING)));

    assertThat(refusal.reason()).isEqualTo(Termination.Reason.SchemaChangeRefused);
    assertThat(refusal.message())
        .contains("'narrowed' cannot change from int64 to int32")
        .contains("'tightened' cannot become required")
        .contains("'added' is new and required")
        .contains("'removed' is gone");
    assertThat(schemaHash(before)).isEqualTo(before.schema().hash());
    assertThat(load(before, "{\"id\":1,\"removed\":\"r\"}"))
        .isEqualTo(new WriteResult.Stored(1, 0, 0));
  }

  @Test
  void refusesAnotherKeyOrMode() throws Exception {
    migrate(upsert(ID));
    var refusal = refused(append(ID));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.SchemaChangeRefused);
    assertThat(refusal.message()).contains("key and mode cannot be changed");
  }

  @Test
  void refusesToGoOnWithoutTheTableThatWasFilled() throws Exception {
    migrate(append(ID));
    store.dropTable(append(ID));
    assertThat(refused(append(ID)).message()).contains("is gone");
    store.refill(append(ID));
    migrate(append(ID));
    assertThat(table(append(ID), "id")).isEmpty();
  }

  @Test
  void dropsAllThatItMade() throws Exception {
    var definition = upsert(ID);
    migrate(definition);
    load(definition, "{\"id\":1}");
    drop(definition);
    drop(definition);
    assertThatThrownBy(() -> table(definition, "id")).isInstanceOf(Exception.class);
    migrate(definition);
    assertThat(nextOffsets()).containsExactly(0L, 0L);
    assertThat(table(definition, "id")).isEmpty();
  }
}
