package dev.acequia.local.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "revoke",
    description = "End a key. The API refuses it within seconds, on every replica.",
    footer = {"", "Example:", "  ./acequia keys revoke flights loader"})
final class KeysRevokeCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private KeysOptions keys;

  @Parameters(index = "1", paramLabel = "NAME", description = "The key's name, as list shows it.")
  private String name;

  @Override
  public void run() {
    keys.use(
        secret -> {
          secret.remove(name);
          spec.commandLine()
              .getOut()
              .printf("Key %s of Secret %s is revoked.%n", name, secret.name());
        });
  }
}
