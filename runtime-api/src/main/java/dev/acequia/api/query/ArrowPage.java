package dev.acequia.api.query;

import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.util.List;

/** Rows as an Arrow IPC stream, which data frames take over as it is. */
final class ArrowPage implements PageWriter {
  private static final int BATCH_ROWS = 1 << 14;
  private static final int BATCH_BYTES = 1 << 20;

  /** Rows may each be long in another column; what held them is not kept for all. */
  private static final int KEPT_BYTES = 4 * BATCH_BYTES;

  private final PageBuffer out;
  private final ArrowColumn[] columns;
  private int rows;

  ArrowPage(PageBuffer out, List<ResultColumn> columns) throws IOException {
    this.out = out;
    this.columns =
        columns.stream().map(column -> new ArrowColumn(column.type())).toArray(ArrowColumn[]::new);
    ArrowMessage.writeSchema(out, columns);
  }

  @Override
  public void row(ResultRow row) throws IOException {
    var bytes = 0;
    for (var i = 0; i < columns.length; i++) {
      columns[i].add(row, i);
      bytes += columns[i].size();
    }
    rows++;
    if (rows == BATCH_ROWS || bytes >= BATCH_BYTES) {
      flush();
    }
  }

  @Override
  public void end() throws IOException {
    if (rows > 0) {
      flush();
    }
    ArrowMessage.writeEnd(out);
  }

  /** What its columns hold, in bytes. */
  long held() {
    var bytes = 0L;
    for (var column : columns) {
      bytes += column.held();
    }
    return bytes;
  }

  private void flush() throws IOException {
    ArrowMessage.writeBatch(out, rows, columns);
    rows = 0;
    if (held() > KEPT_BYTES) {
      close();
      return;
    }
    for (var column : columns) {
      column.clear();
    }
  }

  @Override
  public void close() {
    for (var column : columns) {
      column.release();
    }
  }
}
