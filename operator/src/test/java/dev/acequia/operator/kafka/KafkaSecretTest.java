package dev.acequia.operator.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.KafkaCredentials.Certificate;
import dev.acequia.operator.plan.KafkaCredentials.Mechanism;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.KafkaCredentials.Tls;
import dev.acequia.operator.plan.KafkaCredentials.Token;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSecretTest {
  private static final String SCRAM =
      """
      security.protocol=SASL_SSL
      sasl.mechanism=SCRAM-SHA-512
      sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="team" password="s3cret";
      """;

  @Test
  void readsAUserAndAPassword() {
    assertThat(
            KafkaSecret.of(
                Map.of("username", "team", "password", "s3cret", "ca.crt", Pem.AUTHORITY)))
        .isEqualTo(
            new KafkaCredentials(
                new Tls(Pem.AUTHORITY, null),
                new Password(Mechanism.SCRAM_SHA_512, "team", "s3cret")));
    assertThat(KafkaSecret.of(Map.of("username", "a", "password", "b", "mechanism", "PLAIN")))
        .isEqualTo(
            new KafkaCredentials(new Tls("", null), new Password(Mechanism.PLAIN, "a", "b")));
  }

  @ParameterizedTest
  @CsvSource({"tls.crt,tls.key", "user.crt,user.key"})
  void readsACertificateAsOthersNameIt(String chain, String key) {
    assertThat(KafkaSecret.of(Map.of(chain, Pem.AUTHORITY, key, Pem.KEY, "ca.crt", Pem.AUTHORITY)))
        .isEqualTo(
            new KafkaCredentials(
                new Tls(Pem.AUTHORITY, new Certificate(Pem.AUTHORITY, Pem.KEY)), null));
  }

  @Test
  void readsClientCredentials() {
    assertThat(
            KafkaSecret.of(
                Map.of(
                    "clientId", "team",
                    "clientSecret", "s3cret",
                    "tokenEndpoint", "https://login.example/token",
                    "scope", "kafka")))
        .isEqualTo(
            new KafkaCredentials(
                new Tls("", null),
                new Token("https://login.example/token", "team", "s3cret", "kafka")));
  }

  @Test
  void readsKafkasOwnSettings() {
    assertThat(KafkaSecret.of(Map.of("client.properties", SCRAM)))
        .isEqualTo(
            new KafkaCredentials(
                new Tls("", null), new Password(Mechanism.SCRAM_SHA_512, "team", "s3cret")));
    assertThat(
            KafkaSecret.of(Map.of("client.properties", SCRAM.replace("SASL_SSL", "SASL_PLAINTEXT")))
                .tls())
        .isNull();
  }

  @Test
  void everyKindOfLogOnIsReadAsItWasWritten() {
    for (var values :
        new Map[] {
          Map.of("username", "a\"b\\", "password", "${file:/etc/passwd:x}\n=;"),
          Map.of("tls.crt", Pem.AUTHORITY, "tls.key", Pem.KEY, "username", "a", "password", "b"),
          Map.of("clientId", "a", "clientSecret", "b\"", "tokenEndpoint", "https://c/d?e=f"),
          Map.of("ca.crt", Pem.AUTHORITY)
        }) {
      @SuppressWarnings("unchecked")
      var credentials = KafkaSecret.of((Map<String, String>) values);
      assertThat(KafkaSecret.parse(credentials.properties())).contains(credentials);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "metric.reporters=evil.Reporter",
        "interceptor.classes=evil.Interceptor",
        "config.providers=file",
        "sasl.client.callback.handler.class=evil.Handler",
        "sasl.login.class=evil.Login",
        "ssl.engine.factory.class=evil.Factory",
        "ssl.truststore.location=/etc/acequia/platform.yaml",
        "ssl.keystore.location=/var/run/secrets/kubernetes.io/serviceaccount/token",
        "ssl.endpoint.identification.algorithm=",
        "ssl.truststore.type=JKS",
        "sasl.login.callback.handler.class=evil.Handler",
        "bootstrap.servers=evil:9092",
        "security.providers=evil.Provider",
        "sasl.kerberos.kinit.cmd=/bin/sh"
      })
  void refusesASettingThatIsNoValue(String setting) {
    assertThatThrownBy(() -> KafkaSecret.of(Map.of("client.properties", SCRAM + setting + "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(setting.substring(0, setting.indexOf('=')))
        .message()
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.sun.security.auth.module.JndiLoginModule required user.provider.url=\"ldap://evil\";",
        "com.sun.security.auth.module.LdapLoginModule required;",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\" password=\"s3cret\";",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a\" password=\"s3cret\"; com.sun.security.auth.module.JndiLoginModule required;",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a\" password=\"s3cret\" tokenauth=\"true\";",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a\" password=\"s3cret",
        "nonsense s3cret"
      })
  void refusesALoginModuleThatIsNotOfTheMechanism(String jaas) {
    assertThatThrownBy(
            () ->
                KafkaSecret.of(
                    Map.of(
                        "client.properties",
                        "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config="
                            + jaas
                            + "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sasl.jaas.config")
        .message()
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          username=a | it lacks password
          password=s3cret | it lacks username
          username=a,password=s3cret,mechanism=GSSAPI | mechanism must be SCRAM-SHA-512
          username=a,password=s3cret,clientSecret=b | it has both password and clientSecret
          tls.crt=x,tls.key=y | tls.crt holds no certificates in PEM
          ca.crt=s3cret | ca.crt holds no certificates in PEM
          clientId=a,clientSecret=b,tokenEndpoint=http://login.example/token | tokenEndpoint must begin with https://
          clientId=a,clientSecret=b,tokenEndpoint=file:///etc/passwd | tokenEndpoint must begin with https://
          client.properties=security.protocol\\=SSL,username=a | it has client.properties and username
          uri=postgresql://db | it has none of the keys of a log-on
          """)
  void saysWhatIsWrong(String values, String message) {
    var map = new HashMap<String, String>();
    for (var pair : values.split(",")) {
      var cut = pair.indexOf('=');
      map.put(pair.substring(0, cut).strip(), pair.substring(cut + 1));
    }
    assertThatThrownBy(() -> KafkaSecret.of(map))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("s3cret");
  }

  /** In a broken file the name of a setting may be a password, or a line of a key. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3cret",
        "security.protocol=SASL_SSL\ns3cret\n",
        "ssl.keystore.key=-----BEGIN PRIVATE KEY-----\ns3cretMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----"
      })
  void quotesNothingOfABrokenFile(String file) {
    assertThatThrownBy(() -> KafkaSecret.of(Map.of("client.properties", file)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client.properties has a line that begins with no setting")
        .message()
        .doesNotContain("s3cret");
  }

  @Test
  void refusesAKeyInAnotherForm() {
    var rsa = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----";
    assertThatThrownBy(() -> KafkaSecret.of(Map.of("tls.crt", Pem.AUTHORITY, "tls.key", rsa)))
        .hasMessageContaining("tls.key holds no RSA or EC key in PEM")
        .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
  }
}
