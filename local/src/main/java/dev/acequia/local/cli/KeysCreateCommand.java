package dev.acequia.local.cli;

import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.contract.access.Scope;
import dev.acequia.crds.SpecDuration;
import dev.acequia.local.CommandException;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "create",
    description = {
      "Make a key, and print it: the only time that it is seen.",
      "",
      "The key alone goes to standard output, what is to be said of it to standard error."
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia keys create flights",
      "  ./acequia keys create flights loader --scope ingest --expires 90d",
      "  export ACEQUIA_API_KEY=$(./acequia keys create flights import)"
    })
final class KeysCreateCommand implements Runnable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NAME_BYTES = 4;

  @Spec private CommandSpec spec;
  @Mixin private KeysOptions keys;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description =
          "The key's name, by which logs and lists tell it from others (default: a random one).")
  private @Nullable String name;

  @Option(
      names = "--scope",
      paramLabel = "ingest|query",
      split = ",",
      description = "What the key allows (default: both).")
  private Set<String> scopes = new LinkedHashSet<>();

  @Option(
      names = "--expires",
      paramLabel = "DURATION|TIME",
      description =
          "When it ends by itself: 12h, 90d, or a time such as 2027-06-30T00:00:00Z (default: "
              + "never).")
  private @Nullable String expires;

  @Override
  public void run() {
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    var end = end(now);
    var allowed = scopes();
    var key = key();
    keys.use(
        secret -> {
          secret.add(key.id(), ApiKeyEntry.of(key, allowed, now, end));
          spec.commandLine()
              .getErr()
              .printf(
                  "Key %s in Secret %s, namespace %s: %s, %s. It is not shown again.%n",
                  key.id(),
                  secret.name(),
                  secret.namespace(),
                  allowed.stream().map(Scope::text).collect(Collectors.joining(" and ")),
                  end == null ? "until it is revoked" : "until " + end);
          spec.commandLine().getOut().println(key.text());
        });
  }

  private ApiKey key() {
    try {
      var random = new byte[NAME_BYTES];
      RANDOM.nextBytes(random);
      return ApiKey.generate(
          name == null ? "key-" + HexFormat.of().formatHex(random) : name, RANDOM);
    } catch (IllegalArgumentException e) {
      throw new CommandException("'" + name + "': " + e.getMessage(), e);
    }
  }

  private EnumSet<Scope> scopes() {
    var allowed = EnumSet.noneOf(Scope.class);
    try {
      scopes.forEach(scope -> allowed.add(Scope.parse(scope)));
    } catch (IllegalArgumentException e) {
      throw new CommandException("--scope " + String.join(",", scopes) + ": " + e.getMessage(), e);
    }
    return allowed.isEmpty() ? EnumSet.allOf(Scope.class) : allowed;
  }

  private @Nullable Instant end(Instant now) {
    if (expires == null) {
      return null;
    }
    Instant end;
    try {
      end = expires.contains("T") ? Instant.parse(expires) : now.plus(SpecDuration.parse(expires));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new CommandException(
          "--expires %s: give a duration such as 90d, or a time such as 2027-06-30T00:00:00Z"
              .formatted(expires),
          e);
    }
    if (!end.isAfter(now)) {
      throw new CommandException("--expires " + expires + ": that time is past");
    }
    return end;
  }
}
