package dev.acequia.operator.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.KafkaLogins;
import dev.acequia.operator.plan.UserPasswords;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaCredentialsTest {
  private static final String CERTIFICATE = Pem.AUTHORITY;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from-strimzi",
        "quote\" required debug=\"true",
        "back\\slash\\n",
        "line\nmetric.reporters=evil.Reporter",
        "return\r\nbootstrap.servers=evil:9092",
        "${dir:/var/run/secrets:token}",
        "a password=\"b\"; $1"
      })
  void aPasswordIsNothingButAPassword(String password) throws IOException {
    var credentials = KafkaCredentials.scram("team.flights", password, CERTIFICATE);
    var text = credentials.properties();
    var read = new Properties();
    read.load(new StringReader(text));
    assertThat(read).isEqualTo(credentials.settings());
    assertThat(read.stringPropertyNames())
        .containsExactlyInAnyOrder(
            "security.protocol",
            "sasl.mechanism",
            "sasl.jaas.config",
            "ssl.truststore.type",
            "ssl.truststore.certificates");
    var jaas = new Password(read.getProperty(SaslConfigs.SASL_JAAS_CONFIG));
    assertThat(
            JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, jaas))
                .configurationEntries())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getLoginModuleName()).endsWith(".scram.ScramLoginModule");
              assertThat(entry.getOptions())
                  .isEqualTo(Map.of("username", "team.flights", "password", password));
            });
    assertThat(KafkaSecret.parse(text)).contains(credentials);
    assertThat(credentials.isScramOf("team.flights")).isTrue();
  }

  @Test
  void isNeverPrintedWithItsPassword() {
    var credentials = KafkaCredentials.scram("team.flights", "s3cret", CERTIFICATE);
    var password = credentials.scramPassword("team.flights").orElseThrow();
    assertThat(
            List.of(
                credentials,
                KafkaLogins.ofAll(credentials),
                UserPasswords.next(password, password),
                UserPasswords.taken(password, password).wished()))
        .allSatisfy(one -> assertThat(one.toString()).contains("team.flights"))
        .allSatisfy(one -> assertThat(one.toString()).doesNotContain("s3cret"));
  }

  @Test
  void readsNothingThatTheOperatorWouldNotHaveWritten() {
    var text = KafkaCredentials.scram("team.flights", "secret", CERTIFICATE).properties();
    assertThat(KafkaSecret.parse(text)).isPresent();
    assertThat(KafkaSecret.parse(text).orElseThrow().isScramOf("team.others")).isFalse();
    assertThat(
            KafkaSecret.parse(
                text + "config.providers=dir\nclient.id=${dir:/var/run/secrets:token}\n"))
        .isEmpty();
    assertThat(KafkaSecret.parse("metric.reporters=evil.Reporter\n" + text)).isEmpty();
    assertThat(KafkaSecret.parse(text.replace("scram.ScramLoginModule", "plain.PlainLoginModule")))
        .isEmpty();
    assertThat(KafkaSecret.parse("broken=\\u12")).isEmpty();
    assertThat(KafkaSecret.parse("")).isEmpty();
  }
}
