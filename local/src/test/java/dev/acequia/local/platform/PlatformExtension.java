package dev.acequia.local.platform;

import dev.acequia.crds.DataPipeline;
import dev.acequia.servers.ControlPlaneBinaries;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link LocalPlatform} with the operator. All tests of one virtual machine share
 * one; it is started when the first asks for it, on a folder below {@code target}, and ends with
 * the last. Tests keep apart by namespaces of their own; when those of a class have ended, their
 * pipelines go, since a machine has room for so many Pods only.
 */
public final class PlatformExtension implements ParameterResolver, AfterAllCallback {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(PlatformExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LocalPlatform.class;
  }

  @Override
  public LocalPlatform resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(STORE)
        .computeIfAbsent(Shared.class, key -> Shared.start(), Shared.class)
        .platform();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    var shared = context.getRoot().getStore(STORE).get(Shared.class, Shared.class);
    if (shared != null) {
      var kubeconfig = Files.readString(shared.platform().environment().kubeconfig());
      try (var client =
          new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build()) {
        client.resources(DataPipeline.class).inAnyNamespace().delete();
      }
    }
  }

  private record Shared(LocalPlatform platform) implements AutoCloseable {
    static Shared start() {
      try {
        var root = ControlPlaneBinaries.repositoryRoot();
        var target = root.resolve("local/target");
        Files.createDirectories(target);
        var files = new PlatformFiles(Files.createTempDirectory(target, "platform-"));
        return new Shared(
            LocalPlatform.start(PlatformSettings.of(files, root), System.out::println));
      } catch (IOException e) {
        throw new AssertionError("the platform cannot be started", e);
      }
    }

    @Override
    public void close() throws IOException {
      platform.close();
    }
  }
}
