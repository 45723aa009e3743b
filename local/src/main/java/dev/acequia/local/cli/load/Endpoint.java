package dev.acequia.local.cli.load;

import dev.acequia.local.CommandException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's HTTP address, as {@code status.endpoint} has it.
 *
 * @param apiKey what requests are sent with; null where the API is open
 * @param tls whom to trust; null for those that Java trusts
 */
public record Endpoint(URI base, @Nullable String apiKey, @Nullable SSLContext tls) {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /**
   * Reads an address; a trailing {@code /} or {@code /v1/records} is left off.
   *
   * @throws CommandException when it is not one
   */
  public static Endpoint of(String address) {
    var text = address.strip().replaceAll("/+$", "").replaceAll("/v1/records$", "");
    try {
      var uri = URI.create(text);
      var scheme = uri.getScheme();
      if (("http".equals(scheme) || "https".equals(scheme)) && uri.getHost() != null) {
        return new Endpoint(uri, null, null);
      }
    } catch (IllegalArgumentException e) {
      throw notAnAddress(address);
    }
    throw notAnAddress(address);
  }

  /** The same with a key. */
  public Endpoint with(@Nullable String key) {
    if (key != null && !key.matches("[!-~]+")) {
      throw new CommandException("the API key is empty, or holds signs that no key has");
    }
    return new Endpoint(base, key, tls);
  }

  /** The same, known by other certificates. */
  public Endpoint trusting(@Nullable SSLContext context) {
    return new Endpoint(base, apiKey, context);
  }

  /** A client that reaches it. */
  public HttpClient client() {
    var client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    return tls == null ? client.build() : client.sslContext(tls).build();
  }

  /** A request that says who sends it. */
  public HttpRequest.Builder request(URI address) {
    var request = HttpRequest.newBuilder(address);
    return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
  }

  /** Where records go. */
  public URI records() {
    return URI.create(base + "/v1/records");
  }

  URI openApi() {
    return URI.create(base + "/openapi.json");
  }

  @Override
  public String toString() {
    return base.toString();
  }

  private static CommandException notAnAddress(String address) {
    return new CommandException(
        "'"
            + address
            + "' is no endpoint; it looks like http://127.0.0.1:30080, and is shown by:"
            + " kubectl get datapipelines");
  }
}
