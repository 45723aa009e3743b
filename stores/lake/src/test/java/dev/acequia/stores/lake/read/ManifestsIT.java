package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.lake.table.LakeColumns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestsIT {
  private static final int COLUMNS = 20;
  private static final int FILES = 50;

  @TempDir Path folder;

  private static Schema schema() {
    var fields = new ArrayList<Field>();
    for (var i = 0; i < COLUMNS; i++) {
      fields.add(new Field("c" + i, i % 2 == 0 ? FieldType.STRING : FieldType.INT64, false, null));
    }
    return new Schema(List.of(), fields, UnknownFields.REJECT);
  }

  /** docs/stores/lake.md states the number of files that fit into a heap. */
  @Test
  void takesAKibibyteForAFileWithTwentyColumns() throws Exception {
    var schema = schema();
    var table = new LakeTable(folder.resolve("table"), LakeColumns.of(schema));
    var records = LakeQueries.records(schema, LoadMode.APPEND);
    for (var file = 0; file < FILES; file++) {
      var values = new ArrayList<Object>();
      for (var i = 0; i < COLUMNS; i++) {
        values.add("c" + i);
        values.add(i % 2 == 0 ? "a text of more than sixteen characters" : Long.MAX_VALUE - i);
      }
      table.append(table.row(values.toArray()));
    }
    try (var manifests = new Manifests(1 << 20)) {
      var plan = TablePlan.of(table.table(), TablePlan.columns(table.table(), records), manifests);
      assertThat(plan.files()).hasSize(FILES);
      assertThat(manifests.counts()).isEqualTo(new Manifests.Counts(FILES, 0, FILES));
      assertThat(manifests.bytes() / FILES).isBetween(512L, 1_200L);
      table.table().newDelete().deleteFile(plan.files().getFirst().location()).commit();
      table.table().rewriteManifests().clusterBy(file -> "all").commit();
      var before = manifests.bytes();
      assertThat(
              TablePlan.of(table.table(), TablePlan.columns(table.table(), records), manifests)
                  .files())
          .hasSize(FILES - 1);
      assertThat(manifests.bytes()).isLessThan(before);
      assertThat(manifests.counts()).isEqualTo(new Manifests.Counts(FILES - 1, 0, 1));
    }
  }
}
