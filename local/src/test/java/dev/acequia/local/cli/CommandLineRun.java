package dev.acequia.local.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One command, run in this process. */
record CommandLineRun(int exitCode, String out, String err) {
  static CommandLineRun of(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var exitCode =
        Acequia.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }
}
