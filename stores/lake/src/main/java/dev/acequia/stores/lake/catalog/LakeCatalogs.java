package dev.acequia.stores.lake.catalog;

import dev.acequia.contract.LakeCatalog;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.aws.AwsClientProperties;
import org.apache.iceberg.aws.AwsProperties;
import org.apache.iceberg.aws.HttpClientProperties;
import org.apache.iceberg.aws.glue.GlueCatalog;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.aws.s3.S3FileIOProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalog;

/** The catalogs that definitions name. */
public final class LakeCatalogs {
  /** The name of the JDBC catalog, which is part of its tables' keys. */
  private static final String NAME = "acequia";

  private static final String POSTGRESQL = "postgresql:";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** A catalog's statements read or change single rows. */
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(20);

  private LakeCatalogs() {}

  /** The table's name in its catalog. */
  public static TableIdentifier table(StoreDefinition.Lake store) {
    return TableIdentifier.of(Namespace.of(store.namespace()), store.table());
  }

  /**
   * The definition's catalog; the caller closes it if it is {@link java.io.Closeable}. That of a
   * database connects at once.
   *
   * @param environment has the catalog's address and the process's credentials
   * @throws RuntimeException when the catalog cannot be reached
   */
  public static Catalog open(StoreDefinition.Lake store, Map<String, String> environment) {
    var properties = new HashMap<String, String>();
    properties.put(CatalogProperties.WAREHOUSE_LOCATION, store.location());
    files(store, environment, properties);
    return switch (store.catalog()) {
      case LakeCatalog.Jdbc jdbc -> jdbc(jdbc, environment, properties);
      case LakeCatalog.Glue glue -> glue(glue, properties);
      case LakeCatalog.Rest rest -> rest(rest, environment, properties);
    };
  }

  private static void files(
      StoreDefinition.Lake store, Map<String, String> environment, Map<String, String> properties) {
    if (store.location().startsWith("file:")) {
      properties.put(CatalogProperties.FILE_IO_IMPL, LocalFiles.class.getName());
      return;
    }
    properties.put(CatalogProperties.FILE_IO_IMPL, S3FileIO.class.getName());
    properties.put(
        HttpClientProperties.CLIENT_TYPE, HttpClientProperties.CLIENT_TYPE_URLCONNECTION);
    var region = store.region();
    if (region != null) {
      properties.put(AwsClientProperties.CLIENT_REGION, region);
    }
    var endpoint = store.endpoint();
    if (endpoint != null) {
      properties.put(S3FileIOProperties.ENDPOINT, endpoint);
      properties.put(S3FileIOProperties.PATH_STYLE_ACCESS, "true");
    }
    RuntimeVariable.STORE_ACCESS_KEY_ID
        .in(environment)
        .ifPresent(
            id -> {
              properties.put(S3FileIOProperties.ACCESS_KEY_ID, id);
              properties.put(
                  S3FileIOProperties.SECRET_ACCESS_KEY,
                  RuntimeVariable.STORE_SECRET_ACCESS_KEY.requiredIn(environment));
            });
  }

  /**
   * A catalog whose tables are there already: only a migration may create them, and an ordinary
   * role could not.
   */
  private static Catalog jdbc(
      LakeCatalog.Jdbc jdbc, Map<String, String> environment, Map<String, String> properties) {
    var url = jdbcUrl(environment, jdbc.schema());
    properties.put(CatalogProperties.URI, url);
    jdbcProperties(environment)
        .forEach((name, value) -> properties.put(JdbcCatalog.PROPERTY_PREFIX + name, value));
    properties.put(JdbcCatalog.PROPERTY_PREFIX + "schema-version", "V1");
    var catalog = new JdbcCatalog(null, given -> new CatalogConnections(url, given), false);
    catalog.initialize(NAME, properties);
    return catalog;
  }

  /**
   * The address of a catalog's database.
   *
   * @param schema the one that names without a schema are in, since Iceberg does not qualify its
   *     tables' names
   */
  public static String jdbcUrl(Map<String, String> environment, String schema) {
    var uri = RuntimeVariable.STORE_URI.requiredIn(environment);
    var url =
        uri.startsWith(POSTGRESQL) || uri.startsWith("postgres:")
            ? "jdbc:" + POSTGRESQL + uri.substring(uri.indexOf(':') + 1)
            : uri;
    return url
        + (url.indexOf('?') < 0 ? '?' : '&')
        + "currentSchema="
        + URLEncoder.encode('"' + schema + '"', StandardCharsets.UTF_8);
  }

  /** Properties of pgjdbc, with timeouts: a database's machine may be gone. */
  public static Map<String, String> jdbcProperties(Map<String, String> environment) {
    return Map.of(
        "user",
        RuntimeVariable.STORE_USERNAME.requiredIn(environment),
        "password",
        RuntimeVariable.STORE_PASSWORD.requiredIn(environment),
        "ApplicationName",
        RuntimeVariable.POD_NAME.in(environment).orElse("acequia"),
        "connectTimeout",
        String.valueOf(CONNECT_TIMEOUT.toSeconds()),
        "socketTimeout",
        String.valueOf(SOCKET_TIMEOUT.toSeconds()),
        "tcpKeepAlive",
        "true");
  }

  private static Catalog glue(LakeCatalog.Glue glue, Map<String, String> properties) {
    var id = glue.id();
    if (id != null) {
      properties.put(AwsProperties.GLUE_CATALOG_ID, id);
    }
    var endpoint = glue.endpoint();
    if (endpoint != null) {
      properties.put(AwsProperties.GLUE_CATALOG_ENDPOINT, endpoint);
    }
    var catalog = new GlueCatalog();
    catalog.initialize(NAME, properties);
    return catalog;
  }

  private static Catalog rest(
      LakeCatalog.Rest rest, Map<String, String> environment, Map<String, String> properties) {
    properties.put(CatalogProperties.URI, rest.uri());
    properties.remove(CatalogProperties.WAREHOUSE_LOCATION);
    var warehouse = rest.warehouse();
    if (warehouse != null) {
      properties.put(CatalogProperties.WAREHOUSE_LOCATION, warehouse);
    }
    RuntimeVariable.STORE_USERNAME
        .in(environment)
        .ifPresent(
            id ->
                properties.put(
                    "credential",
                    id + ":" + RuntimeVariable.STORE_PASSWORD.requiredIn(environment)));
    return CatalogUtil.loadCatalog(RESTCatalog.class.getName(), NAME, properties, null);
  }
}
