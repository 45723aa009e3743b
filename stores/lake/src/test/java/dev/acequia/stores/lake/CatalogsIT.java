package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.LakeCatalog;
import dev.acequia.contract.LakeEngine;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreUnavailableException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Catalogs that do not answer. */
class CatalogsIT {
  private static final String NOBODY = "http://127.0.0.1:1";

  static Stream<LakeCatalog> catalogs() {
    return Stream.of(
        new LakeCatalog.Glue("123456789012", NOBODY),
        new LakeCatalog.Rest(NOBODY, "ops"),
        new LakeCatalog.Jdbc("ops"));
  }

  @ParameterizedTest
  @MethodSource("catalogs")
  void oneThatDoesNotAnswerIsUnavailable(LakeCatalog catalog) {
    assertIsUnavailable(catalog, 1);
  }

  /** The catalog's machine may be gone in mid-answer. */
  @Test
  @Timeout(60)
  void oneThatTakesAConnectionAndSaysNothingIsUnavailable() throws Exception {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertIsUnavailable(new LakeCatalog.Jdbc("ops"), silent.getLocalPort());
    }
  }

  private static void assertIsUnavailable(LakeCatalog catalog, int port) {
    var store =
        new StoreDefinition.Lake(
            "ops",
            "flights",
            "s3://lake/ops/flights",
            catalog,
            "eu-central-1",
            NOBODY,
            30,
            List.of(),
            new LakeEngine.DuckDb(0));
    var environment =
        Map.of(
            RuntimeVariable.STORE_URI.name(),
            "postgresql://127.0.0.1:%d/lakes".formatted(port),
            RuntimeVariable.STORE_USERNAME.name(),
            "writer",
            RuntimeVariable.STORE_PASSWORD.name(),
            "writer's word",
            RuntimeVariable.STORE_ACCESS_KEY_ID.name(),
            "id",
            RuntimeVariable.STORE_SECRET_ACCESS_KEY.name(),
            "secret");
    try (var tables = new LakeTables(store, environment)) {
      assertThatThrownBy(() -> tables.load(tables.data()))
          .isInstanceOf(StoreUnavailableException.class)
          .satisfies(failure -> assertThat(failure.getMessage()).isNotBlank());
    }
  }
}
