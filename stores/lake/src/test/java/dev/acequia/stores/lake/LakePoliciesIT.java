package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.contract.LoadMode;
import dev.acequia.servers.S3Server;
import dev.acequia.stores.lake.maintain.Compaction;
import dev.acequia.stores.lake.maintain.Expiry;
import dev.acequia.stores.lake.maintain.OrphanSweep;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The documented policies grant each role what it calls, and nothing else. The S3 server enforces
 * them, and its access log shows who called what.
 */
class LakePoliciesIT {
  private static final Path POLICIES = Path.of("../../docs/stores/lake-policies");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Requester and operation. */
  private static final Pattern REQUEST = Pattern.compile("] \\S+ (\\S+) \\S+ s3_(\\w+) ");

  /** Only the failure of a large upload calls it. */
  private static final Set<String> SELDOM = Set.of("s3:AbortMultipartUpload");

  /**
   * The question for a missing object. S3 answers it by 403 to who may not list the bucket, which
   * the test's server does not imitate.
   */
  private static final Pattern ABSENT = Pattern.compile(" s3_HeadObject .* 404 ");

  /** By the operations in the access log. */
  private static final Map<String, String> ACTIONS =
      Map.of(
          "GetObject", "s3:GetObject",
          "HeadObject", "s3:GetObject",
          "PutObject", "s3:PutObject",
          "CreateMultipartUpload", "s3:PutObject",
          "UploadPart", "s3:PutObject",
          "CompleteMultipartUpload", "s3:PutObject",
          "DeleteObject", "s3:DeleteObject",
          "DeleteObjects", "s3:DeleteObject",
          "ListObjectsV2", "s3:ListBucket",
          "ListObjects", "s3:ListBucket");

  @Test
  void eachRoleMayDoWhatItDoesAndNoMore() throws Exception {
    var lake = LakeFixture.onS3ByRoles();
    put(policy(lake));
    try (var table = new LoadedTable(lake, LoadMode.UPSERT)) {
      for (var i = 0; i < 12; i++) {
        var names = new HashMap<Long, @Nullable String>();
        names.put(1L, "name" + i);
        names.put(2L, i % 2 == 0 ? "name" : null);
        names.put(3L + i, "name");
        table.load(names);
      }
      table.run(new Compaction(Duration.ofSeconds(1), Clock.systemUTC()));
      table.run(new Expiry(Clock.offset(Clock.systemUTC(), Expiry.KEPT)));
      table.run(
          new OrphanSweep(
              table.table().location(), Clock.offset(Clock.systemUTC(), Duration.ofDays(7))));
      assertThat(table.count()).isEqualTo(table.expected().size());
      table.lose();
      assertThatThrownBy(table::migrate).hasMessageContaining("is gone");
      table.refill();
      table.migrate();
      table.drop();
    }
    var called = called();
    for (var role : LakeFixture.ROLES) {
      var granted = actions(role);
      assertThat(granted).as("granted to the %s", role).containsAll(called.get(role));
      granted.removeAll(called.get(role));
      assertThat(SELDOM).as("not called by the %s", role).containsAll(granted);
    }
  }

  private static Map<String, Set<String>> called() throws IOException {
    var called = new TreeMap<String, Set<String>>();
    for (var line : Files.readAllLines(LakeFixture.s3().accessLog())) {
      var request = REQUEST.matcher(line);
      if (request.find() && LakeFixture.ROLES.contains(request.group(1))) {
        assertThat(line).doesNotContainPattern(ABSENT);
        called
            .computeIfAbsent(request.group(1), _ -> new TreeSet<>())
            .add(ACTIONS.getOrDefault(request.group(2), request.group(2)));
      }
    }
    return called;
  }

  private static Set<String> actions(String role) throws IOException {
    var actions = new TreeSet<String>();
    for (var statement : statements(role)) {
      statement.get("Action").forEach(action -> actions.add(action.asText()));
    }
    return actions;
  }

  private static JsonNode statements(String role) throws IOException {
    return JSON.readTree(Files.readString(POLICIES.resolve(role + ".json"))).get("Statement");
  }

  /** The policies of the roles as the bucket's. */
  private static String policy(LakeFixture lake) throws IOException {
    var whole = JSON.createObjectNode().put("Version", "2012-10-17");
    var all = whole.putArray("Statement");
    for (var role : LakeFixture.ROLES) {
      for (var statement : statements(role)) {
        var copy = (ObjectNode) statement.deepCopy();
        copy.remove("Sid");
        copy.putObject("Principal").put("AWS", role);
        all.add(copy);
      }
    }
    var location = URI.create(lake.definition("flights").location());
    return JSON.writeValueAsString(whole)
        .replace("BUCKET", location.getHost())
        .replace("FOLDER", location.getPath().substring(1));
  }

  private static void put(String policy) {
    var server = LakeFixture.s3();
    LakeFixture.ROLES.forEach(role -> server.createUser(role, LakeFixture.secret(role)));
    try (var client =
        S3Client.builder()
            .endpointOverride(URI.create(server.endpoint()))
            .region(Region.of(S3Server.REGION))
            .forcePathStyle(true)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKeyId(), server.secretAccessKey())))
            .build()) {
      client.putBucketPolicy(put -> put.bucket(LakeFixture.BUCKET).policy(policy));
    }
  }
}
