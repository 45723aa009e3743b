package dev.acequia.benchmarks.serving;

import dev.acequia.benchmarks.constant.ConstantServer;
import dev.acequia.benchmarks.harness.Workplace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Map;

/** The API's Tomcat without the API. */
public final class ConstantAnswers {
  private static final int PORT = 8080;

  private ConstantAnswers() {}

  /**
   * Starts it, and waits until it answers.
   *
   * @param answers by their names, at which each is had: {@code /name}
   */
  public static Server start(Workplace workplace, Map<String, byte[]> answers)
      throws IOException, InterruptedException {
    var folder = Files.createDirectory(workplace.folder().resolve("answers"));
    for (var answer : answers.entrySet()) {
      Files.write(folder.resolve(answer.getKey()), answer.getValue());
    }
    var address = workplace.image().freeAddress();
    var process =
        workplace
            .image()
            .startInstead(
                "api",
                ConstantServer.class,
                Map.of(ConstantServer.ANSWERS, folder.toString(), ConstantServer.ADDRESS, address));
    return new Server(process, new InetSocketAddress(address, PORT))
        .awaitReady(PORT, "/" + answers.keySet().iterator().next());
  }
}
