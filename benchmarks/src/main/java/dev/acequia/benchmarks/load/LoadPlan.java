package dev.acequia.benchmarks.load;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What to ask, how often and for how long.
 *
 * @param requests a file of {@link RequestFile}, asked in turn, over and over
 * @param connections each has one request under way at most
 * @param perSecond the requests' own pace; 0 for the next as soon as there was an answer
 * @param warmUp how long to ask before what is measured
 */
public record LoadPlan(
    InetSocketAddress server,
    Path requests,
    int connections,
    double perSecond,
    Duration warmUp,
    Duration measured) {

  /** The same requests at a pace of their own: an answer that is late delays none of the next. */
  public LoadPlan paced(double rate) {
    return new LoadPlan(server, requests, connections, rate, warmUp, measured);
  }

  /** The same requests for other times. */
  public LoadPlan lasting(Duration newWarmUp, Duration newMeasured) {
    return new LoadPlan(server, requests, connections, perSecond, newWarmUp, newMeasured);
  }

  List<String> arguments() {
    return List.of(
        server.getHostString(),
        Integer.toString(server.getPort()),
        requests.toString(),
        Integer.toString(connections),
        Double.toString(perSecond),
        warmUp.toString(),
        measured.toString());
  }

  static LoadPlan of(String... arguments) {
    return new LoadPlan(
        new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])),
        Path.of(arguments[2]),
        Integer.parseInt(arguments[3]),
        Double.parseDouble(arguments[4]),
        Duration.parse(arguments[5]),
        Duration.parse(arguments[6]));
  }
}
