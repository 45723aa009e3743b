package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.bertramlabs.plugins.hcl4j.HCLParser;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.SourcesSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** The resources that bring a stream to a pipeline fit the pipelines that are shown beside them. */
class TerraformExamplesTest {
  private static final Path EXAMPLES = Path.of("../examples");

  /** Behind the variable that no value is given for here. */
  private static final String ADDRESS = "/v1/records";

  @Test
  void kinesisArrivesByFirehose() throws Exception {
    var file = file("kinesis.tf");
    var stream = resource(file, "aws_kinesis_firehose_delivery_stream", "readings");
    assertThat(stream).containsEntry("destination", "http_endpoint");
    assertThat(at(stream, "kinesis_source_configuration").get("kinesis_stream_arn"))
        .hasToString("aws_kinesis_stream.readings.arn");
    var endpoint = at(stream, "http_endpoint_configuration");
    assertThat(endpoint).containsEntry("url", ADDRESS).containsKey("access_key");
    assertThat(at(endpoint, "request_configuration")).containsEntry("content_encoding", "GZIP");
    assertThat((Double) endpoint.get("buffering_size")).isLessThanOrEqualTo(8);
    var key = Objects.requireNonNull(sources("firehose.yaml").firehose()).accessKeySecretName();
    assertThat(at(file, "variable", "access_key").get("description"))
        .asInstanceOf(InstanceOfAssertFactories.STRING)
        .endsWith(key);
  }

  @Test
  void anSnsTopicHasASubscription() throws Exception {
    var file = file("sns.tf");
    var topic = resource(file, "aws_sns_topic", "passengers");
    assertThat(Objects.requireNonNull(sources("sns.yaml").sns()).topicArns())
        .singleElement()
        .asString()
        .endsWith(":" + topic.get("name"));
    assertThat(resource(file, "aws_sns_topic_subscription", "pipeline"))
        .containsEntry("protocol", "https")
        .containsEntry("endpoint", ADDRESS)
        .doesNotContainKey("raw_message_delivery");
  }

  @Test
  void pubSubPushesWithTheTokensThatThePipelineTakes() throws Exception {
    var file = file("pubsub.tf");
    var push = at(resource(file, "google_pubsub_subscription", "pipeline"), "push_config");
    assertThat(push).containsEntry("push_endpoint", ADDRESS);
    var pubsub = Objects.requireNonNull(sources("pubsub.yaml").pubsub());
    assertThat(at(push, "oidc_token")).containsEntry("audience", pubsub.audience());
    assertThat(pubsub.serviceAccount())
        .startsWith(resource(file, "google_service_account", "push").get("account_id") + "@");
  }

  private static Map<?, ?> file(String name) throws Exception {
    return new HCLParser().parse(Files.readString(EXAMPLES.resolve("terraform").resolve(name)));
  }

  private static Map<String, Object> resource(Map<?, ?> file, String type, String name) {
    return at(file, "resource", type, name);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> at(Map<?, ?> map, String... path) {
    Object value = map;
    for (var step : path) {
      value = Objects.requireNonNull(((Map<?, ?>) value).get(step), step);
    }
    return (Map<String, Object>) value;
  }

  private static SourcesSpec sources(String example) throws Exception {
    var pipeline =
        Serialization.unmarshal(
            Files.readString(EXAMPLES.resolve("sources").resolve(example)), DataPipeline.class);
    return Objects.requireNonNull(pipeline.getSpec().sources());
  }
}
