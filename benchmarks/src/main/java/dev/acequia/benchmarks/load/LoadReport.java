package dev.acequia.benchmarks.load;

/**
 * What the generator saw.
 *
 * @param requests that were answered
 * @param failed those of them that were not answered by a 2xx
 * @param cpuSeconds of the generator itself
 * @param bodyBytes of an answer, on average
 */
public record LoadReport(
    long requests,
    long failed,
    double perSecond,
    double p50Ms,
    double p99Ms,
    double maxMs,
    double cpuSeconds,
    long bodyBytes) {

  String line() {
    return String.join(
        " ",
        Long.toString(requests),
        Long.toString(failed),
        Double.toString(perSecond),
        Double.toString(p50Ms),
        Double.toString(p99Ms),
        Double.toString(maxMs),
        Double.toString(cpuSeconds),
        Long.toString(bodyBytes));
  }

  static LoadReport of(String line) {
    var parts = line.split(" ", -1);
    return new LoadReport(
        Long.parseLong(parts[0]),
        Long.parseLong(parts[1]),
        Double.parseDouble(parts[2]),
        Double.parseDouble(parts[3]),
        Double.parseDouble(parts[4]),
        Double.parseDouble(parts[5]),
        Double.parseDouble(parts[6]),
        Long.parseLong(parts[7]));
  }
}
