package dev.acequia.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The environment of a pipeline's Pods; each name is spelled here only, as the constant's own. */
public enum RuntimeVariable {
  /** Path of the file that holds the {@link PipelineDefinition}. */
  ACEQUIA_DEFINITION,
  /** Path of the file that takes the {@link Termination} message. */
  ACEQUIA_TERMINATION_LOG,
  /** For the API only: JSON of {@link dev.acequia.contract.access.ApiAccess}; optional. */
  ACEQUIA_API_ACCESS,
  /** For the API only: folder with an entry for each API key; when set, callers need one. */
  ACEQUIA_API_KEYS_DIR,
  /** For the API only: folder with {@code tls.crt} and {@code tls.key}; when set, it speaks TLS. */
  ACEQUIA_TLS_DIR,
  /** For the API only: folder with {@code ca.crt}; when set, clients need a certificate of it. */
  ACEQUIA_CLIENT_CA_DIR,
  /** For the API only: JSON of {@link dev.acequia.contract.source.PushSources}; optional. */
  ACEQUIA_SOURCES,
  /** For the API only: folder in which each entry is an access key of Data Firehose; optional. */
  ACEQUIA_FIREHOSE_KEYS_DIR,
  /** For the API only: folder in which each entry is a password of SNS's raw delivery; optional. */
  ACEQUIA_SNS_PASSWORDS_DIR,
  /**
   * For the API only, to try sources without their cloud: {@code http://host:port} whose
   * certificates, keys and confirmations count instead of the vendors' own. The operator never sets
   * it.
   */
  ACEQUIA_SOURCES_STAND_IN,
  /** The address that the process's ports listen on; all addresses when absent. */
  ACEQUIA_BIND_ADDRESS,
  /** For the consumer only: a {@link ReplayOrder} as JSON; optional. */
  ACEQUIA_REPLAY,
  /**
   * For the consumer only: how long it is remembered which keys were deleted, as {@code P30D}; for
   * ever when absent.
   */
  ACEQUIA_DELETIONS_KEPT,
  /** The Pod's name: client id in Kafka, application name in PostgreSQL. */
  POD_NAME,
  /** {@code host:port,…} of the brokers. */
  KAFKA_BOOTSTRAP_SERVERS,
  /** Path of a properties file with further client settings, such as security; optional. */
  KAFKA_PROPERTIES_FILE,
  /**
   * Folder with a file for each {@code STORE_*} variable that is a secret, named like the variable;
   * optional. See {@link #withFiles}.
   */
  ACEQUIA_STORE_DIR,
  /**
   * The kind of store in the definition, by which the image's entry point chooses its libraries;
   * all that it has when absent.
   */
  STORE_KIND,
  /**
   * {@code postgresql://host:port/database}; {@code jdbc:postgresql://…} is accepted. Of a lake it
   * is the catalog's, and absent where the definition has the address.
   */
  STORE_URI,
  /**
   * The role this process connects as: the administrator for the migration, else the writer's or
   * the reader's.
   */
  STORE_USERNAME,
  STORE_PASSWORD,
  /** Of the object store that holds a lake's files; the process's own identity when absent. */
  STORE_ACCESS_KEY_ID,
  STORE_SECRET_ACCESS_KEY,
  /**
   * The key of a service account of Google's, as the JSON that it is issued as; the process's own
   * identity when absent.
   */
  STORE_CREDENTIALS,
  /**
   * For the API only: the folder for what is kept on disk of a lake's files; one in the folder of
   * temporary files when absent.
   */
  STORE_CACHE_DIR,
  /**
   * For the migration only: the consumer's role. It is created with the password; without one it is
   * a ready role, which is granted what it needs.
   */
  STORE_WRITER_USERNAME,
  STORE_WRITER_PASSWORD,
  /** For the migration only: the API's role, in the same way. */
  STORE_READER_USERNAME,
  STORE_READER_PASSWORD,
  /**
   * For the migration only: the size in bytes, with indexes, beyond which a table is not written
   * anew unless {@link #STORE_ALLOWED_REWRITE} says so; {@link AllowedRewrite#DEFAULT_LIMIT_BYTES}
   * when absent.
   */
  STORE_REWRITE_LIMIT,
  /** For the migration only: the hash of the schema for whose sake it may be; optional. */
  STORE_ALLOWED_REWRITE,
  /**
   * For the migration only: the operator's name among all that share a database; without it the
   * table's owner is neither asked for nor written down.
   */
  ACEQUIA_INSTALLATION,
  /** For the migration only: the uid of the pipeline's resource; set with the installation. */
  ACEQUIA_PIPELINE_UID,
  /** For the migration only: its {@link SpecVersion}; optional. */
  ACEQUIA_SPEC_VERSION,
  /**
   * For the migration only: {@code true} when an earlier migration has applied the definition's
   * accepted offsets. A restored database does not know that and would apply them again.
   */
  ACEQUIA_OFFSETS_APPLIED;

  /**
   * The environment, together with the variables that are files in {@link #ACEQUIA_STORE_DIR}.
   *
   * @throws UncheckedIOException when the folder or a file cannot be read
   */
  public static Map<String, String> withFiles(Map<String, String> environment) {
    var folder = ACEQUIA_STORE_DIR.in(environment);
    if (folder.isEmpty()) {
      return environment;
    }
    var all = new HashMap<>(environment);
    var volume = Path.of(folder.get());
    var version = MountedFolder.version(volume);
    var files = read(version);
    // The kubelet removes the old version after the switch, possibly while it is read.
    for (var newer = MountedFolder.version(volume);
        !newer.equals(version);
        newer = MountedFolder.version(volume)) {
      version = newer;
      files = read(version);
    }
    all.putAll(files);
    return all;
  }

  private static Map<String, String> read(Path version) {
    var all = new HashMap<String, String>();
    for (var variable : values()) {
      var file = version.resolve(variable.name());
      try {
        all.put(variable.name(), Files.readString(file));
      } catch (NoSuchFileException e) {
        // Only the environment sets this variable.
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file, e);
      }
    }
    return all;
  }

  /** The variable's value, absent when unset or empty. */
  public Optional<String> in(Map<String, String> environment) {
    return Optional.ofNullable(environment.get(name())).filter(value -> !value.isEmpty());
  }

  /**
   * The variable's value.
   *
   * @throws IllegalStateException when unset or empty
   */
  public String requiredIn(Map<String, String> environment) {
    return in(environment)
        .orElseThrow(
            () -> new IllegalStateException("the environment variable " + name() + " is not set"));
  }
}
