package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LakeBatchTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of("name"),
          List.of(
              new Field("name", FieldType.STRING, true, null),
              new Field("note", FieldType.STRING, false, null),
              new Field("amount", FieldType.DECIMAL, false, null)),
          UnknownFields.REJECT);
  private static final int NAME = 0;
  private static final int NOTE = 1;
  private static final int AMOUNT = 2;

  private final LakeBatch batch = new LakeBatch(SCHEMA, LoadMode.APPEND);

  private void add(long offset, String json) throws BadRecordException {
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    var row = new Row(SCHEMA);
    new RecordDecoder(SCHEMA).decode(bytes, 0, bytes.length, row);
    batch.add(row, new Arrival().from(1, 0, offset));
  }

  /** Its values have been taken in part. */
  @Test
  void isAsBeforeWhenItRefusesARow() throws Exception {
    add(0, "{\"name\":\"first\",\"amount\":1.5}");
    var bytes = batch.bytes();
    var refusal =
        catchThrowableOfType(
            BadRecordException.class,
            () -> add(1, "{\"name\":\"refused\",\"note\":\"a note\",\"amount\":1e20}"));
    assertThat(refusal.errorClass()).isEqualTo(ErrorClass.OutOfRange);
    assertThat(refusal.field()).isEqualTo("amount");
    assertThat(refusal.reason()).contains("21 digits before the point");
    assertThat(batch.rows()).isEqualTo(1);
    assertThat(batch.bytes()).isEqualTo(bytes);

    add(2, "{\"name\":\"second\",\"amount\":-2}");
    add(3, "{\"name\":\"third\",\"note\":\"its own\"}");
    assertThat(batch.rows()).isEqualTo(3);
    assertThat(batch.offset(1)).isEqualTo(2);
    assertThat(batch.column(NAME).value(1)).isEqualTo("second");
    assertThat(batch.column(NOTE).value(1)).isNull();
    assertThat(batch.column(AMOUNT).value(1)).isEqualTo(new BigDecimal("-2.000000000000000000"));
    assertThat(batch.column(NAME).value(2)).isEqualTo("third");
    assertThat(batch.column(NOTE).value(2)).isEqualTo("its own");
    assertThat(batch.column(AMOUNT).value(2)).isNull();
  }

  @Test
  void keepsDecimalsWithTheScaleOfTheirField() throws Exception {
    var schema =
        new Schema(
            List.of(),
            List.of(
                new Field("few", FieldType.DECIMAL, false, new Digits(4, 2), null),
                new Field("many", FieldType.DECIMAL, false, new Digits(38, 30), null)),
            UnknownFields.REJECT);
    var ofDigits = new LakeBatch(schema, LoadMode.APPEND);
    var bytes = "{\"few\":-1.5,\"many\":1e-30}".getBytes(StandardCharsets.UTF_8);
    var row = new Row(schema);
    new RecordDecoder(schema).decode(bytes, 0, bytes.length, row);
    ofDigits.add(row, new Arrival().from(1, 0, 0));
    assertThat(ofDigits.column(0).value(0)).isEqualTo(new BigDecimal("-1.50"));
    assertThat(ofDigits.column(1).value(0)).isEqualTo(new BigDecimal("1e-30"));
  }

  private static long bytesOfARow(LakeBatch batch, Schema schema, String json, boolean isDeletion)
      throws BadRecordException {
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    var row = new Row(schema);
    new RecordDecoder(schema).decode(bytes, 0, bytes.length, row);
    for (var offset = 0; offset < 1000; offset++) {
      var arrival = new Arrival().from(1, 0, offset);
      if (isDeletion) {
        batch.addDeletion(row, arrival);
      } else {
        batch.add(row, arrival);
      }
    }
    return batch.bytes() / 1000;
  }

  /** Fields without a value take space in the arrays, too. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void countsWhatFieldsWithoutAValueTake(boolean isDeletion) throws Exception {
    var fields = new ArrayList<Field>();
    fields.add(new Field("id", FieldType.INT64, true, null));
    for (var i = 0; i < 200; i++) {
      fields.add(new Field("f" + i, FieldType.STRING, false, null));
    }
    var schema = new Schema(List.of("id"), fields, UnknownFields.REJECT);
    assertThat(
            bytesOfARow(new LakeBatch(schema, LoadMode.UPSERT), schema, "{\"id\":1}", isDeletion))
        .isGreaterThan(800);
  }

  /** Maps by key find the stored and the replaced rows. */
  @Test
  void countsWhatIsFoundOutOfItsRows() throws Exception {
    var json = "{\"name\":\"n\"}";
    var plain = bytesOfARow(batch, SCHEMA, json, false);
    assertThat(plain).isLessThan(50);
    batch.expectDuplicates();
    assertThat(batch.bytes() / 1000).isGreaterThan(plain + 100);
    var keyed = bytesOfARow(new LakeBatch(SCHEMA, LoadMode.UPSERT), SCHEMA, json, false);
    assertThat(keyed).isGreaterThan(plain + 200);
  }
}
