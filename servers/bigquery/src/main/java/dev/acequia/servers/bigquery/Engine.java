package dev.acequia.servers.bigquery;

import com.google.common.collect.ImmutableList;
import com.google.zetasql.Analyzer;
import com.google.zetasql.AnalyzerOptions;
import com.google.zetasql.LanguageOptions;
import com.google.zetasql.PreparedQuery;
import com.google.zetasql.SimpleCatalog;
import com.google.zetasql.SqlException;
import com.google.zetasql.TableContent;
import com.google.zetasql.Value;
import com.google.zetasql.ZetaSQLBuiltinFunctionOptions;
import com.google.zetasql.ZetaSQLOptions.ProductMode;
import com.google.zetasql.resolvedast.ResolvedNodes.ResolvedStatement;
import com.google.zetasql.resolvedast.ResolvedNodes.ResolvedTableScan;
import com.google.zetasql.resolvedast.ResolvedNodes.Visitor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GoogleSQL's analyzer and its reference implementation, <a
 * href="https://github.com/google/zetasql">ZetaSQL</a>: native code in this process.
 */
final class Engine {
  /** The position of a row in its table, for statements that change rows. */
  static final String ROW = "__row";

  private static final LanguageOptions LANGUAGE = language();

  /** Those of all engines in this process. */
  private static final Catalogs CATALOGS =
      new Catalogs(new ZetaSQLBuiltinFunctionOptions(LANGUAGE));

  private static LanguageOptions language() {
    var language = new LanguageOptions();
    language.enableMaximumLanguageFeatures();
    language.setSupportsAllStatementKinds();
    language.setProductMode(ProductMode.PRODUCT_EXTERNAL);
    return language;
  }

  /** A table as a statement sees it. */
  record View(String name, List<Table.Column> columns, TableContent content) {
    static View of(Table table) {
      return new View(table.name(), table.columns(), table.content());
    }

    /** The same with a column that has each row's position. */
    View numbered() throws ServiceException {
      var all = new ArrayList<>(columns);
      all.add(new Table.Column(ROW, ColumnType.INT64, true));
      var rows = new ArrayList<List<Value>>();
      for (var row : content.getTableData()) {
        var values = new ArrayList<>(row);
        values.add(Value.createInt64Value(rows.size()));
        rows.add(values);
      }
      return new View(name, all, TableContent.create(rows));
    }
  }

  /** The rows that a query returns. */
  record Answer(List<Table.Column> columns, List<? extends List<Value>> rows) {}

  /** The names of the tables that a statement speaks of, {@code project.dataset.table} each. */
  Set<String> tables(String sql) throws ServiceException {
    try {
      var names = new LinkedHashSet<String>();
      Analyzer.extractTableNamesFromStatement(sql, options(Map.of()))
          .forEach(path -> names.add(String.join(".", path)));
      return names;
    } catch (SqlException e) {
      throw refused(e);
    }
  }

  /** Checks a statement as the service does before it runs. */
  void check(String sql, Map<String, Value> parameters, Collection<View> tables)
      throws ServiceException {
    analyze(sql, parameters, tables);
  }

  private ResolvedStatement analyze(
      String sql, Map<String, Value> parameters, Collection<View> tables) throws ServiceException {
    try {
      var options = options(parameters);
      options.setPruneUnusedColumns(true);
      return CATALOGS.with(tables, catalog -> Analyzer.analyzeStatement(sql, options, catalog));
    } catch (SqlException e) {
      throw refused(e);
    }
  }

  /** The columns of each table that a query reads. */
  Map<String, Set<String>> read(String sql, Map<String, Value> parameters, Collection<View> tables)
      throws ServiceException {
    var read = new HashMap<String, Set<String>>();
    analyze(sql, parameters, tables)
        .accept(
            new Visitor() {
              @Override
              public void visit(ResolvedTableScan scan) {
                var columns =
                    read.computeIfAbsent(scan.getTable().getFullName(), name -> new HashSet<>());
                scan.getColumnList().forEach(column -> columns.add(column.getName()));
                super.visit(scan);
              }
            });
    return read;
  }

  /** Runs a query. */
  Answer query(String sql, Map<String, Value> parameters, Collection<View> tables)
      throws ServiceException {
    var contents = new HashMap<String, TableContent>();
    tables.forEach(table -> contents.put(table.name(), table.content()));
    return CATALOGS.with(tables, catalog -> answer(sql, parameters, catalog, contents));
  }

  private Answer answer(
      String sql,
      Map<String, Value> parameters,
      SimpleCatalog catalog,
      Map<String, TableContent> contents)
      throws ServiceException {
    try (var query =
        PreparedQuery.builder()
            .setSql(sql)
            .setAnalyzerOptions(options(parameters))
            .setCatalog(catalog)
            .setTablesContents(contents)
            .prepare()) {
      var columns = new ArrayList<Table.Column>();
      for (var column : query.getColumns()) {
        columns.add(new Table.Column(column.getName(), ColumnType.of(column.getType()), false));
      }
      ImmutableList<ImmutableList<Value>> rows = query.execute(parameters).getTableData();
      return new Answer(columns, rows);
    } catch (SqlException e) {
      throw refused(e);
    }
  }

  private AnalyzerOptions options(Map<String, Value> parameters) {
    var options = new AnalyzerOptions();
    options.setLanguageOptions(LANGUAGE);
    options.setDefaultTimezone("UTC");
    parameters.forEach((name, value) -> options.addQueryParameter(name, value.getType()));
    return options;
  }

  private static ServiceException refused(SqlException e) {
    return ServiceException.invalidQuery(String.valueOf(e.getMessage()));
  }
}
