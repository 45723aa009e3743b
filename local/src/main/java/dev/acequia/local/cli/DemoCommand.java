package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.demo.Demo;
import dev.acequia.local.cli.demo.Questions;
import dev.acequia.local.cli.demo.Screen;
import dev.acequia.local.cli.demo.SeedsDemo;
import dev.acequia.local.platform.LocalPlatform;
import dev.acequia.local.platform.OptionalServer;
import dev.acequia.local.platform.OptionalServers;
import dev.acequia.local.platform.PlatformFiles;
import dev.acequia.local.platform.PlatformFolder;
import dev.acequia.local.platform.PlatformProcess;
import dev.acequia.local.platform.PlatformSettings;
import dev.acequia.local.platform.PlatformStore;
import dev.acequia.local.platform.RunningPlatform;
import dev.acequia.servers.ControlPlaneBinaries;
import dev.acequia.servers.push.VendorStandIn;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "See one pipeline at work: from its resource to the answer of a query.",
      "",
      "Starts the local platform, or uses the one that runs, applies examples/flights.yaml, pushes "
          + "5,000 real records over HTTP and queries them. Stays until Ctrl-C."
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia demo",
      "  ./acequia demo --once   # to check that all works; leaves nothing behind",
      "  ./acequia demo --seeds  # four sources and three stores"
    })
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlatformFolder folder;
  @Mixin private CallerOptions caller;
  @Mixin private OptionalServers with;

  @Option(
      names = "--once",
      description =
          "Leave again: exit code 0 when all went well. What the demo started or created is "
              + "removed.")
  private boolean once;

  @Option(
      names = "--store",
      paramLabel = "KIND",
      description =
          "Where the records go: ${COMPLETION-CANDIDATES}. Without it, where the example says; "
              + "with it, the pipeline is named flights-KIND.")
  private @Nullable PlatformStore store;

  @Option(
      names = "--seeds",
      description =
          "Instead of one pipeline show four, as many systems that teams build by hand: notifications "
              + "of SNS, posts, deliveries of Firehose and pushes of Pub/Sub, in three kinds of store. "
              + "Starts a platform of its own in a temporary folder, with what stands in for the "
              + "clouds.")
  private boolean seeds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    LibraryLogs.onlyErrors();
    var screen = new Screen(this::print);
    screen.line("Acequia: one Kubernetes resource becomes a running data product.");
    screen.line("");
    if (seeds) {
      onPlatformForSeeds(screen);
      return 0;
    }
    var running = RunningPlatform.find(folder.files());
    if (running.isPresent()) {
      besideRunning(running.get(), screen);
    } else {
      onOwnPlatform(screen);
    }
    return 0;
  }

  private void besideRunning(RunningPlatform platform, Screen screen) throws InterruptedException {
    var files = platform.files();
    if (!platform.isReady()) {
      throw new CommandException(
          "the platform on " + files.folder() + " is still starting; try again soon");
    }
    screen.line("The platform: the one that runs on " + files.folder());
    show(files, screen, false, once);
    screen.line("");
    screen.line(
        once
            ? "All of it took " + screen.elapsed() + "."
            : "The platform goes on running; ./acequia down stops it.");
  }

  private void onOwnPlatform(Screen screen) throws IOException {
    var ownFolder = once && !spec.commandLine().getParseResult().hasMatchedOption("--data-dir");
    var files =
        ownFolder ? new PlatformFiles(Files.createTempDirectory("acequia-demo-")) : folder.files();
    screen.line("The platform: " + LocalPlatform.PARTS + " in " + files.folder());
    PlatformProcess.run(
        PlatformSettings.of(files, ControlPlaneBinaries.repositoryRoot())
            .with(servers())
            .withSecureKafka(with.secureKafka()),
        screen::line,
        platform -> {
          showOrExplain(files, screen, once && !ownFolder);
          screen.line("");
          screen.line(
              once
                  ? "All of it took " + screen.elapsed() + "."
                  : "Ready after "
                      + screen.elapsed()
                      + (store == null || store.outlivesThePlatform()
                          ? ". Ctrl-C ends the demo; its data is kept."
                          : ". Ctrl-C ends the demo; its data is lost then."));
          return !once;
        });
    if (ownFolder) {
      delete(files.folder());
    }
  }

  private void onPlatformForSeeds(Screen screen) throws IOException {
    for (var option : List.of("--store", "--with", "--data-dir", "--api-key", "--cacert")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new CommandException(
            "--seeds and %s do not go together: the platform and its pipelines are its own; leave %s out"
                .formatted(option, option));
      }
    }
    var files = new PlatformFiles(Files.createTempDirectory("acequia-seeds-"));
    screen.line("The platform: " + LocalPlatform.PARTS + " and stand-ins in " + files.folder());
    try (var vendors = new VendorStandIn()) {
      PlatformProcess.run(
          PlatformSettings.of(files, ControlPlaneBinaries.repositoryRoot())
              .with(EnumSet.allOf(OptionalServer.class))
              .withSecureKafka(with.secureKafka())
              .withVendors(vendors.origin()),
          screen::line,
          platform -> {
            showSeeds(files, vendors, screen);
            screen.line("");
            screen.line(
                once
                    ? "All of it took " + screen.elapsed() + "."
                    : "Ready after %s. Ctrl-C ends the demo; delete %s then."
                        .formatted(screen.elapsed(), files.folder()));
            return !once;
          });
    }
    delete(files.folder());
  }

  private static void showSeeds(PlatformFiles files, VendorStandIn vendors, Screen screen) {
    try (var client = client(files)) {
      new SeedsDemo(
              client,
              ControlPlaneBinaries.repositoryRoot().resolve("examples"),
              files,
              vendors,
              screen)
          .run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    } catch (CommandException e) {
      throw new CommandException(e.getMessage() + "\nEach process' log is in " + files.logs(), e);
    }
  }

  private Set<OptionalServer> servers() {
    var servers = EnumSet.noneOf(OptionalServer.class);
    servers.addAll(with.servers());
    if (store != null) {
      servers.addAll(store.servers());
    }
    return servers;
  }

  /** A demonstration that fails says where to look. */
  private void showOrExplain(PlatformFiles files, Screen screen, boolean cleanUp) {
    try {
      show(files, screen, store != null && !store.outlivesThePlatform(), cleanUp);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    } catch (CommandException e) {
      throw new CommandException(e.getMessage() + "\nEach process' log is in " + files.logs(), e);
    }
  }

  private void show(PlatformFiles files, Screen screen, boolean startsOver, boolean cleanUp)
      throws InterruptedException {
    try (var client = client(files)) {
      var demo =
          new Demo(
              client,
              ControlPlaneBinaries.repositoryRoot().resolve("examples"),
              store == null ? null : spec(store, files),
              store == null ? null : name(store),
              store == null || store.answersAnyQuery() ? Questions.ANY : Questions.BY_KEY,
              startsOver,
              screen,
              caller::apply);
      var endpoint = demo.run();
      if (!once) {
        demo.invite(endpoint, files.kubeconfig(), kubectl());
      }
      if (cleanUp) {
        screen.line("");
        demo.cleanUp();
      }
    }
  }

  private static String spec(PlatformStore store, PlatformFiles files) {
    try {
      return store.spec(files, name(store));
    } catch (IOException e) {
      throw new CommandException(files.environment() + ": cannot be read", e);
    }
  }

  private static String name(PlatformStore store) {
    return "flights-" + store;
  }

  private static KubernetesClient client(PlatformFiles files) {
    try {
      return new KubernetesClientBuilder()
          .withConfig(Config.fromKubeconfig(Files.readString(files.kubeconfig())))
          .build();
    } catch (IOException e) {
      throw new CommandException(files.kubeconfig() + ": cannot be read", e);
    }
  }

  /**
   * By its name where the shell finds it, else by the path of the one that came with the platform.
   */
  private static String kubectl() {
    var path = System.getenv("PATH");
    var isOnPath =
        path != null
            && Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(path)
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
    return isOnPath
        ? "kubectl"
        : ControlPlaneBinaries.resolve(true, line -> {}).program("kubectl").toString();
  }

  private static void delete(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private void print(String line) {
    var out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
