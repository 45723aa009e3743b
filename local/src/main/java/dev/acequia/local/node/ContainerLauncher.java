package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Works out what process a container is: program, arguments, variables, folders. */
final class ContainerLauncher {
  private static final String TOKEN_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
  private static final List<String> INHERITED =
      List.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR");

  /**
   * A process ready to start.
   *
   * @param image the folder of the image
   */
  record Prepared(
      ContainerProcess.Launch launch, ContainerActions actions, Path image, Path processRecord) {}

  /** A container cannot be started now; it waits with this reason. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    Refused(String reason, String message) {
      super(message);
      this.reason = reason;
    }

    /** In camel case, for the container's state. */
    String reason() {
      return reason;
    }
  }

  /** A container can never be started as it is: its program cannot be run. */
  static final class CannotRun extends Exception {
    private static final long serialVersionUID = 1L;

    CannotRun(String message) {
      super(message);
    }
  }

  private final ImageStore images;
  private final ConfigObjects objects;
  private final Map<String, String> nodeEnvironment;
  private final PodFolder folder;
  private final PodVolumes volumes;

  ContainerLauncher(
      ImageStore images,
      ConfigObjects objects,
      Map<String, String> nodeEnvironment,
      PodFolder folder,
      PodVolumes volumes) {
    this.images = images;
    this.objects = objects;
    this.nodeEnvironment = nodeEnvironment;
    this.folder = folder;
    this.volumes = volumes;
  }

  /** Whether the image is on this node. */
  boolean hasImage(Container container) {
    return images.find(container.getImage()).isPresent();
  }

  /** Works out the process of a container. */
  Prepared prepare(Pod pod, Container container, DownwardFields fields, String address)
      throws Refused, CannotRun, IOException {
    var image =
        images
            .find(container.getImage())
            .orElseThrow(
                () ->
                    new Refused(
                        "ErrImageNeverPull",
                        "Container image \"%s\" is not present with pull policy of Never"
                            .formatted(container.getImage())));
    var name = container.getName();
    var mounts = new LinkedHashMap<>(volumes.mounts(container));
    var token = Optional.ofNullable(mounts.get(TOKEN_MOUNT));
    var lastWord = folder.terminationMessage(name);
    mounts.put(container.getTerminationMessagePath(), lastWord);
    var paths = new MountedPaths(mounts);
    var given = given(pod, image, address, token);
    Map<String, String> environment;
    try {
      environment =
          new PodEnvironment(pod.getMetadata().getNamespace(), fields, objects, paths)
              .of(container, given);
    } catch (UnusableReference e) {
      throw new Refused("CreateContainerConfigError", String.valueOf(e.getMessage()));
    }
    var launch =
        new ContainerProcess.Launch(
            UUID.randomUUID().toString(),
            command(container, image, environment, paths),
            workingDirectory(container, paths),
            environment,
            lastWord);
    return new Prepared(
        launch,
        new ContainerActions(container, address, launch, paths),
        image,
        folder.processRecord(name));
  }

  private Map<String, String> given(Pod pod, Path image, String address, Optional<Path> token) {
    var given = new LinkedHashMap<String, String>();
    for (var name : INHERITED) {
      var value = System.getenv(name);
      if (value != null) {
        given.put(name, value);
      }
    }
    given.put("PATH", image + File.pathSeparator + given.getOrDefault("PATH", "/usr/bin:/bin"));
    given.put("JAVA_HOME", System.getProperty("java.home"));
    given.put("HOSTNAME", pod.getMetadata().getName());
    given.put("ACEQUIA_BIND_ADDRESS", address);
    given.putAll(nodeEnvironment);
    // By these, Kubernetes' Java client finds what it would look for below /var/run; and it must
    // not find the configuration of the person who runs the node.
    given.put("KUBERNETES_AUTH_TRYKUBECONFIG", "false");
    token.ifPresentOrElse(
        mount -> {
          given.put("KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN", mount.resolve("token").toString());
          given.put("KUBERNETES_CERTS_CA_FILE", mount.resolve("ca.crt").toString());
          given.put("KUBENAMESPACE", mount.resolve("namespace").toString());
        },
        () -> given.put("KUBERNETES_AUTH_TRYSERVICEACCOUNT", "false"));
    return given;
  }

  private static List<String> command(
      Container container, Path image, Map<String, String> environment, MountedPaths paths)
      throws CannotRun {
    var words = new ArrayList<String>();
    if (container.getCommand().isEmpty()) {
      words.add(image.resolve("entrypoint").toString());
    }
    for (var word : container.getCommand()) {
      words.add(paths.rewrite(VariableReferences.expand(word, environment)));
    }
    for (var word : container.getArgs()) {
      words.add(paths.rewrite(VariableReferences.expand(word, environment)));
    }
    words.set(0, program(words.getFirst(), environment.getOrDefault("PATH", "")));
    return words;
  }

  private static String program(String name, String path) throws CannotRun {
    if (name.contains("/")) {
      if (Files.isExecutable(Path.of(name)) && !Files.isDirectory(Path.of(name))) {
        return name;
      }
      throw new CannotRun("exec: \"" + name + "\": no such program, or it may not be run");
    }
    for (var folder : path.split(File.pathSeparator, -1)) {
      var candidate = Path.of(folder, name);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return candidate.toString();
      }
    }
    throw new CannotRun("exec: \"" + name + "\": executable file not found in $PATH");
  }

  private Path workingDirectory(Container container, MountedPaths paths)
      throws CannotRun, IOException {
    var named = container.getWorkingDir();
    if (named == null || named.isEmpty()) {
      return folder.workingDirectory(container.getName());
    }
    var directory = Path.of(paths.rewrite(named));
    if (!Files.isDirectory(directory)) {
      throw new CannotRun("working directory " + named + " does not exist on this machine");
    }
    return directory;
  }
}
