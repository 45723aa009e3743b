package dev.acequia.api.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VendorsTest {
  private static final String REGION = "us-west-2";

  @Test
  void knowsTheVendorsOwnHosts() {
    assertThat(
            Vendors.real().isSns(URI.create("https://sns.us-west-2.amazonaws.com/a.pem"), REGION))
        .isTrue();
    assertThat(
            Vendors.real()
                .isSns(URI.create("https://sns.cn-north-1.amazonaws.com.cn:443/a"), "cn-north-1"))
        .isTrue();
    assertThat(Vendors.real().googleKeys())
        .isEqualTo(URI.create("https://www.googleapis.com/oauth2/v3/certs"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://sns.us-west-2.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.us-west-2.amazonaws.com.example.com/a.pem",
        "https://sns.us-west-2.amazonaws.com@example.com/a.pem",
        "https://user@sns.us-west-2.amazonaws.com/a.pem",
        "https://sns.us-west-2.amazonaws.com:8443/a.pem",
        "https://bucket.s3.us-west-2.amazonaws.com/a.pem",
        "https://example.com/sns.us-west-2.amazonaws.com/a.pem",
        "https://127.0.0.1/a.pem",
        "file:///etc/passwd",
        "a.pem",
      })
  void knowsNoOtherHost(String address) {
    assertThat(Vendors.real().isSns(URI.create(address), REGION)).isFalse();
  }
}
