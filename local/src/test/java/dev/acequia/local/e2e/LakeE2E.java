package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline whose records lie in files of a folder, with its catalog in PostgreSQL. */
@EndToEnd
class LakeE2E {
  private static final String NAMESPACE = "lake-e2e";

  @TempDir private static Path folder;

  @Test
  void storesInAFolderAnswersFromItAndLeavesNothingBehind(Platform platform) throws Exception {
    platform.createNamespace(NAMESPACE);
    var table = folder.resolve("passengers");
    platform.kubectl.apply(
        platform
            .example("passengers-lake.yaml")
            .replace("s3://analytics/passengers", "file://" + table)
            .replace("{secretName: catalog}", "{secretName: warehouse}")
            .replace("commitInterval: 30s", "commitInterval: 1s"),
        "-n",
        NAMESPACE);
    platform.awaitReady(NAMESPACE, "passengers-lake");
    assertThat(platform.get(NAMESPACE, "dp/passengers-lake", ".status.store"))
        .isEqualTo("lake:lake_e2e.passengers_lake");

    var endpoint = platform.endpoint(NAMESPACE, "passengers-lake");
    var pushed = platform.push(endpoint, "application/json", platform.example("passengers.json"));
    assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(200);
    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(platform.rows(endpoint + "/v1/records?select=count()"))
                    .isEqualTo("[{\"count\":20}]"));
    assertThat(platform.rows(endpoint + "/v1/records?passenger_id=eq.13&select=name,seat_number"))
        .isEqualTo("[{\"name\":\"Javier Peña\",\"seat_number\":\"20A\"}]");
    try (var files = Files.walk(table)) {
      assertThat(files.filter(file -> file.toString().endsWith(".parquet"))).isNotEmpty();
    }

    platform.kubectl.run(
        "patch",
        "dp/passengers-lake",
        "-n",
        NAMESPACE,
        "--type=merge",
        "-p",
        "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
    platform.kubectl.run("delete", "dp/passengers-lake", "-n", NAMESPACE, "--timeout=90s");
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
    assertThat(
            platform.sql(
                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'acequia\\_lake\\_lake\\_e2e%'"))
        .isEmpty();
  }
}
