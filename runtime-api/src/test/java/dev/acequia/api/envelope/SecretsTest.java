package dev.acequia.api.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  /** As kubelets mount it: links into a hidden folder, which a change replaces at once. */
  @Test
  void takesEveryValueOfAMountedSecret(@TempDir Path folder) throws IOException {
    var hidden = Files.createDirectory(folder.resolve("..2026_01_01"));
    Files.writeString(hidden.resolve("former"), "first-key\n");
    Files.writeString(hidden.resolve("newer"), "second-key");
    Files.writeString(hidden.resolve("empty"), "");
    Files.createSymbolicLink(folder.resolve("..data"), hidden);
    for (var name : new String[] {"former", "newer", "empty"}) {
      Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
    }
    var secrets = new Secrets(folder);

    assertThat(secrets.contain("first-key")).isTrue();
    assertThat(secrets.contain("second-key")).isTrue();
    assertThat(secrets.contain("")).isFalse();
    assertThat(secrets.contain("first-key\n")).isFalse();
    assertThat(new Secrets(null).contain("")).isFalse();
    assertThat(new Secrets(folder.resolve("none")).contain("first-key")).isFalse();
  }

  @Test
  void takesTheOthersWhereOneValueIsNotText(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("good"), "first-key");
    Files.write(folder.resolve("bad"), new byte[] {(byte) 0xff, (byte) 0xfe, 'k'});
    var secrets = new Secrets(folder);

    assertThat(secrets.contain("first-key")).isTrue();
    assertThat(secrets.contain("\ufffd\ufffdk")).isFalse();
  }
}
