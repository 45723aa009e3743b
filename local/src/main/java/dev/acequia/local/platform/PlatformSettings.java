package dev.acequia.local.platform;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a local platform is made of.
 *
 * @param files its folder
 * @param repositoryRoot where the charts are
 * @param imageRoots folders with the images of Pods
 * @param operator whether Acequia itself is installed
 * @param audited whether the API server writes down what the operator calls
 * @param with the servers beside those that every platform has
 * @param vendors an address that APIs trust in place of Amazon's and Google's; null: those
 *     themselves
 * @param secureKafka whether Kafka speaks TLS and asks for a log-on, and each pipeline has users of
 *     its own
 */
public record PlatformSettings(
    PlatformFiles files,
    Path repositoryRoot,
    List<Path> imageRoots,
    boolean operator,
    boolean audited,
    Set<OptionalServer> with,
    @Nullable String vendors,
    boolean secureKafka) {
  public PlatformSettings {
    imageRoots = List.copyOf(imageRoots);
    with = Set.copyOf(with);
  }

  /** The whole platform on a folder, with the images of this build. */
  public static PlatformSettings of(PlatformFiles files, Path repositoryRoot) {
    return new PlatformSettings(
        files,
        repositoryRoot,
        List.of(repositoryRoot.resolve("images/target/images")),
        true,
        false,
        Set.of(),
        null,
        false);
  }

  /** The same with the operator's calls in {@link LocalPlatform#auditLog}. */
  public PlatformSettings withAudit() {
    return new PlatformSettings(
        files, repositoryRoot, imageRoots, operator, true, with, vendors, secureKafka);
  }

  /** The same with these servers. */
  public PlatformSettings with(Set<OptionalServer> servers) {
    return new PlatformSettings(
        files, repositoryRoot, imageRoots, operator, audited, servers, vendors, secureKafka);
  }

  /** The same where pushes are verified at this address. */
  public PlatformSettings withVendors(String address) {
    return new PlatformSettings(
        files, repositoryRoot, imageRoots, operator, audited, with, address, secureKafka);
  }

  /** The same with a Kafka that asks for a log-on, or not. */
  public PlatformSettings withSecureKafka(boolean asked) {
    return new PlatformSettings(
        files, repositoryRoot, imageRoots, operator, audited, with, vendors, asked);
  }
}
