package dev.acequia.local.cli.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldNamesTest {
  @ParameterizedTest
  @CsvSource({
    "dep_time, dep_time",
    "a__b_, a__b_",
    "passengerId, passenger_id",
    "Dep Time (local), dep_time_local",
    "Año, ano",
    "ﬁrst, first",
    "2013, c_2013",
    "order, order_",
    "Offset, offset_",
    "price €, price",
    "_id, id",
    "no, no"
  })
  void makesAFieldNameOfAColumn(String column, String field) {
    assertThat(FieldNames.of(List.of(column))).containsExactly(field);
  }

  @Test
  void numbersColumnsThatHaveNoNameOrNoneInLatin() {
    assertThat(FieldNames.of(List.of("", "航班", "a"))).containsExactly("column_1", "column_2", "a");
  }

  @Test
  void keepsNamesApart() {
    assertThat(FieldNames.of(List.of("Dep Time", "dep-time", "dep_time", "DEP TIME")))
        .containsExactly("dep_time_2", "dep_time_3", "dep_time", "dep_time_4");
  }

  @Test
  void cutsLongNamesWithoutMixingThemUp() {
    var names = FieldNames.of(Stream.of("x", "y").map(end -> "L" + "a".repeat(90) + end).toList());

    assertThat(names)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z][a-z0-9_]{0,62}"));
  }
}
