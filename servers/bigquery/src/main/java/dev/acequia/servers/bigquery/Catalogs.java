package dev.acequia.servers.bigquery;

import com.google.zetasql.SimpleCatalog;
import com.google.zetasql.SimpleTable;
import com.google.zetasql.ZetaSQLBuiltinFunctionOptions;
import dev.acequia.servers.bigquery.Engine.View;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Catalogs of all functions, to which each statement lends its tables. To make one takes more than
 * half of the CPU time of a small query, so they are used again.
 */
final class Catalogs {
  private final ZetaSQLBuiltinFunctionOptions functions;
  private final Deque<SimpleCatalog> idle = new ConcurrentLinkedDeque<>();

  Catalogs(ZetaSQLBuiltinFunctionOptions functions) {
    this.functions = functions;
  }

  /** What is done with a catalog. */
  @FunctionalInterface
  interface Use<T> {
    T run(SimpleCatalog catalog) throws ServiceException;
  }

  /** Has a catalog with some tables used, by nobody else meanwhile. */
  <T> T with(Collection<View> tables, Use<T> use) throws ServiceException {
    var found = idle.poll();
    var catalog = found == null ? made() : found;
    var lent = new ArrayDeque<String>();
    try {
      for (var view : tables) {
        catalog.addSimpleTable(view.name(), table(view));
        lent.push(view.name());
      }
      return use.run(catalog);
    } finally {
      lent.forEach(catalog::removeSimpleTable);
      idle.push(catalog);
    }
  }

  private SimpleCatalog made() {
    var catalog = new SimpleCatalog("bigquery");
    catalog.addZetaSQLFunctionsAndTypes(functions);
    return catalog;
  }

  private static SimpleTable table(View view) {
    var table = new SimpleTable(view.name(), List.of());
    view.columns().forEach(column -> table.addSimpleColumn(column.name(), column.type().type()));
    return table;
  }
}
