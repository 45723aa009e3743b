package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** The keys and tokens of one control plane, made when first needed, readable by this user only. */
final class ControlPlaneCredentials {
  static final String ADMIN = "admin";
  static final String CONTROLLER_MANAGER = "system:kube-controller-manager";
  static final String SCHEDULER = "system:kube-scheduler";

  private final Path folder;

  private ControlPlaneCredentials(Path folder) {
    this.folder = folder;
  }

  static ControlPlaneCredentials in(Path folder) {
    var credentials = new ControlPlaneCredentials(folder);
    try {
      if (!Files.exists(credentials.tokens())) {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        credentials.create();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return credentials;
  }

  /** The API server's list: token, user, uid, groups. */
  Path tokens() {
    return folder.resolve("tokens.csv");
  }

  Path signingKey() {
    return folder.resolve("service-accounts.key");
  }

  Path verificationKey() {
    return folder.resolve("service-accounts.pub");
  }

  Path kubeconfig(String user) {
    return folder.resolve(user.replace("system:", "") + ".kubeconfig");
  }

  String token(String user) {
    try {
      return Files.readAllLines(tokens()).stream()
          .map(line -> line.split(",", -1))
          .filter(columns -> columns[1].equals(user))
          .map(columns -> columns[0])
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void writeKubeconfigs(URI server, Path certificateAuthority) throws IOException {
    var authority = Base64.getEncoder().encodeToString(Files.readAllBytes(certificateAuthority));
    for (var user : List.of(ADMIN, CONTROLLER_MANAGER, SCHEDULER)) {
      write(
          kubeconfig(user),
          """
          apiVersion: v1
          kind: Config
          clusters:
          - name: acequia
            cluster:
              server: %s
              certificate-authority-data: %s
          users:
          - name: "%s"
            user:
              token: %s
          contexts:
          - name: acequia
            context:
              cluster: acequia
              user: "%s"
          current-context: acequia
          """
              .formatted(server, authority, user, token(user), user));
    }
  }

  private void create() throws IOException, GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    var pair = generator.generateKeyPair();
    write(signingKey(), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    write(verificationKey(), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    var lines = new ArrayList<String>();
    lines.add(newToken() + "," + ADMIN + "," + ADMIN + ",system:masters");
    for (var user : List.of(CONTROLLER_MANAGER, SCHEDULER)) {
      lines.add(newToken() + "," + user + "," + user);
    }
    write(tokens(), String.join("\n", lines) + "\n"); // last: its presence says all is complete
  }

  private static void write(Path file, String text) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, text);
  }

  private static String newToken() {
    var bytes = new byte[24];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static String pem(String kind, byte[] der) {
    var body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind);
  }
}
