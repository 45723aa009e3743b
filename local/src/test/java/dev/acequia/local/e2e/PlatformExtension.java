package dev.acequia.local.e2e;

import dev.acequia.local.platform.LocalPlatform;
import dev.acequia.local.platform.OptionalServer;
import dev.acequia.local.platform.PlatformFiles;
import dev.acequia.local.platform.PlatformSettings;
import dev.acequia.servers.ControlPlaneBinaries;
import dev.acequia.servers.push.VendorStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumSet;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a class of tests its {@link Platform}. All tests of one virtual machine share one {@link
 * LocalPlatform}; it is started when the first asks for it, on a folder below {@code target}, and
 * ends with the last.
 */
final class PlatformExtension implements ParameterResolver {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(PlatformExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Platform.class;
  }

  @Override
  public Platform resolveParameter(ParameterContext parameter, ExtensionContext context) {
    var shared =
        context
            .getRoot()
            .getStore(STORE)
            .computeIfAbsent(Shared.class, key -> Shared.start(), Shared.class);
    // Kept with the class, at whose end it takes its pipelines along.
    return storeOfClass(context)
        .computeIfAbsent(
            Platform.class,
            key -> new Platform(shared.platform(), shared.vendors()),
            Platform.class);
  }

  private static ExtensionContext.Store storeOfClass(ExtensionContext context) {
    var ofClass = context;
    while (ofClass.getTestMethod().isPresent()) {
      ofClass = ofClass.getParent().orElseThrow();
    }
    return ofClass.getStore(STORE);
  }

  private record Shared(LocalPlatform platform, VendorStandIn vendors) implements AutoCloseable {
    static Shared start() {
      try {
        var root = ControlPlaneBinaries.repositoryRoot();
        var target = root.resolve("local/target");
        Files.createDirectories(target);
        var files = new PlatformFiles(Files.createTempDirectory(target, "platform-"));
        var vendors = new VendorStandIn();
        return new Shared(
            LocalPlatform.start(
                PlatformSettings.of(files, root)
                    .withAudit()
                    .with(EnumSet.allOf(OptionalServer.class))
                    .withSecureKafka(true)
                    .withVendors(vendors.origin()),
                System.out::println),
            vendors);
      } catch (IOException e) {
        throw new AssertionError("the platform cannot be started", e);
      }
    }

    @Override
    public void close() throws IOException {
      platform.close();
      vendors.close();
    }
  }
}
