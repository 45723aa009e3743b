package dev.acequia.local.cli;

import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.contract.access.Scope;
import dev.acequia.local.cli.keys.KeySecret;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "list",
    description = "Show a pipeline's keys: what each allows, since when, and until when.",
    footer = {"", "Example:", "  ./acequia keys list flights"})
final class KeysListCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private KeysOptions keys;

  @Override
  public void run() {
    keys.use(this::list);
  }

  private void list(KeySecret secret) {
    var out = spec.commandLine().getOut();
    var entries = secret.entries();
    if (entries.isEmpty()) {
      spec.commandLine()
          .getErr()
          .printf(
              "Secret %s in namespace %s holds no keys; make one: ./acequia keys create %s%n",
              secret.name(), secret.namespace(), keys.pipeline());
      return;
    }
    out.printf("%-24s %-14s %-22s %s%n", "NAME", "SCOPES", "CREATED", "EXPIRES");
    var now = Instant.now();
    entries.forEach((id, text) -> out.println(line(id, text, now).stripTrailing()));
    out.flush();
  }

  private static String line(String id, String text, Instant now) {
    try {
      if (!ApiKey.isId(id)) {
        throw new IllegalArgumentException("has a name that is not one of a key");
      }
      var entry = ApiKeyEntry.fromJson(text);
      return "%-24s %-14s %-22s %s"
          .formatted(
              id,
              entry.scopes().stream().sorted().map(Scope::text).collect(Collectors.joining(",")),
              time(entry.created(), "-"),
              time(entry.expires(), "never") + (entry.isExpired(now) ? " (expired)" : ""));
    } catch (IllegalArgumentException e) {
      return "%-24s counts for no key: it %s".formatted(id, e.getMessage());
    }
  }

  private static String time(@Nullable Instant time, String otherwise) {
    return time == null ? otherwise : time.toString();
  }
}
