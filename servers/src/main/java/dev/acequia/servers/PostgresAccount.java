package dev.acequia.servers;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * As whom PostgreSQL runs. It refuses root, and users without a name, such as some containers have.
 * For these it is started in a user namespace, where their own files are seen as those of {@value
 * #NOBODY}. Where root is not let do that, it becomes that user with the one privilege of passing
 * by file permissions, since its files may lie below a home that is closed to others.
 *
 * @param prefix what the command begins with
 * @param uid who must own PostgreSQL's files
 */
record PostgresAccount(List<String> prefix, long uid) {
  static final int NOBODY = 65534;

  private static final List<String> NAMESPACE =
      List.of("unshare", "--user", "--map-user=" + NOBODY, "--map-group=" + NOBODY, "--");
  private static final List<String> NOBODY_WITH_ACCESS =
      List.of(
          "setpriv",
          "--reuid=" + NOBODY,
          "--regid=" + NOBODY,
          "--clear-groups",
          "--inh-caps=+dac_override",
          "--ambient-caps=+dac_override",
          "--");

  PostgresAccount {
    prefix = List.copyOf(prefix);
  }

  /**
   * The account for this process' user.
   *
   * @throws ServerException when no way works here
   */
  static PostgresAccount forThisUser() {
    var user = new UnixSystem();
    var root = user.getUid() == 0;
    if (!root && user.getUsername() != null) {
      return new PostgresAccount(List.of(), user.getUid());
    }
    if (works(NAMESPACE)) {
      return new PostgresAccount(NAMESPACE, user.getUid());
    }
    if (root && works(NOBODY_WITH_ACCESS)) {
      return new PostgresAccount(NOBODY_WITH_ACCESS, NOBODY);
    }
    throw new ServerException(
        root
            ? "PostgreSQL does not run as root, and neither unshare nor setpriv (package"
                + " util-linux) can change the user here. Run this as an ordinary user."
            : "PostgreSQL does not run as user %d, who has no name, and unshare (package util-linux) cannot lend one here. Run this as a user of /etc/passwd."
                .formatted(user.getUid()));
  }

  /** Makes the account the owner of a file or folder with all below it. */
  void own(Path path) throws IOException {
    if (((Number) Files.getAttribute(path, "unix:uid")).longValue() != uid) {
      run(List.of("chown", "-R", Long.toString(uid), path.toString()));
    }
  }

  private static boolean works(List<String> prefix) {
    var command = new java.util.ArrayList<>(prefix);
    command.addAll(List.of("sh", "-c", "test \"$(id -u)\" = " + NOBODY));
    try {
      return run(command) == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  private static int run(List<String> command) throws IOException {
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (process.waitFor(30, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
      process.destroyForcibly();
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
