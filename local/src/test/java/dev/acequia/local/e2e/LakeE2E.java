package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pipeline whose records lie in files of a folder or a bucket, with its catalog in PostgreSQL.
 */
@EndToEnd
class LakeE2E {
  @TempDir private static Path folder;

  @Test
  void storesInAFolderAnswersFromItAndLeavesNothingBehind(Platform platform) throws Exception {
    platform.createNamespace("lake-e2e");
    new Lake(platform, "lake-e2e", folder).lives("file://" + folder.resolve("passengers"), "");
  }

  @Test
  void storesInABucketAnswersFromItAndLeavesNothingBehind(Platform platform) throws Exception {
    var bucket = Objects.requireNonNull(platform.environment.bucket());
    platform.createNamespace("lake-s3-e2e");
    platform.kubectl.run(
        "create",
        "secret",
        "generic",
        "keys",
        "-n",
        "lake-s3-e2e",
        "--from-literal=accessKeyId=" + bucket.accessKeyId(),
        "--from-literal=secretAccessKey=" + bucket.secretAccessKey());
    new Lake(platform, "lake-s3-e2e", platform.bucket.resolve("e2e"))
        .lives(
            "s3://lakes/e2e/passengers",
            "\n      endpoint: %s\n      secretName: keys".formatted(bucket.endpoint()));
  }

  /**
   * A pipeline's life.
   *
   * @param files the folder that holds its files
   */
  private record Lake(Platform platform, String namespace, Path files) {
    void lives(String location, String more) throws Exception {
      platform.kubectl.apply(
          platform
              .example("passengers-lake.yaml")
              .replace("s3://analytics/passengers", location)
              .replace("{secretName: catalog}", "{secretName: warehouse}")
              .replace("commitInterval: 30s", "commitInterval: 1s" + more),
          "-n",
          namespace);
      platform.awaitReady(namespace, "passengers-lake");
      assertThat(platform.get(namespace, "dp/passengers-lake", ".status.store"))
          .isEqualTo("lake:%s.passengers_lake".formatted(namespace.replace('-', '_')));

      var endpoint = platform.endpoint(namespace, "passengers-lake");
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
      assertThat(stored()).anyMatch(file -> file.toString().endsWith(".parquet"));

      platform.kubectl.run(
          "patch",
          "dp/passengers-lake",
          "-n",
          namespace,
          "--type=merge",
          "-p",
          "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
      platform.kubectl.run("delete", "dp/passengers-lake", "-n", namespace, "--timeout=90s");
      assertThat(stored()).isEmpty();
      assertThat(
              platform.sql(
                  "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'acequia\\_lake\\_%s%%'"
                      .formatted(namespace.replace("-", "\\_"))))
          .isEmpty();
    }

    private List<Path> stored() throws IOException {
      if (!Files.exists(files)) {
        return List.of(); // the S3 server removes empty folders
      }
      try (var all = Files.walk(files)) {
        return all.filter(Files::isRegularFile).toList();
      }
    }
  }
}
