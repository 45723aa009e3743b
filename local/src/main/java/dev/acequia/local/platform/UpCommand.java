package dev.acequia.local.platform;

import dev.acequia.servers.ControlPlaneBinaries;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code acequia up}. */
@Command(
    name = "up",
    description = {
      "Start the local platform: a Kubernetes control plane, Kafka, PostgreSQL, a node that runs Pods"
          + " as processes, and the operator.",
      "It is for development and tests. It stays until Ctrl-C, or with --detach until ./acequia down."
    })
public final class UpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlatformFolder folder;
  @Mixin private OptionalServers with;

  @Option(
      names = "--detach",
      description = "Return when the platform is ready, and leave it running.")
  private boolean detach;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var out = spec.commandLine().getOut();
    var files = folder.files();
    out.println("Acequia's local platform in " + files.folder());
    var settings =
        PlatformSettings.of(files, folder.repositoryRoot())
            .with(with.servers())
            .withSecureKafka(with.secureKafka());
    if (detach) {
      DetachedPlatform.start(settings, line -> print(out, line));
      explain(out, files);
      print(out, "To stop it: " + files.stopCommand());
      return 0;
    }
    PlatformProcess.logTo(files);
    PlatformProcess.run(
        settings,
        line -> print(out, line),
        platform -> {
          explain(out, files);
          print(out, "Ctrl-C stops it; what it holds is kept.");
          return true;
        });
    return 0;
  }

  private static void explain(PrintWriter out, PlatformFiles files) {
    print(out, "");
    print(out, "export KUBECONFIG=" + files.kubeconfig());
    print(out, "The servers' addresses and passwords are in " + files.environment());
    print(out, "Each process' log is in " + files.logs());
    if (ControlPlaneBinaries.kubectlOnPath().isEmpty()) {
      print(
          out,
          "kubectl is not on your PATH; there is one in "
              + ControlPlaneBinaries.resolve(true, line -> {}).folder());
    }
  }

  private static void print(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
