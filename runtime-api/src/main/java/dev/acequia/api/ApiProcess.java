package dev.acequia.api;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Termination;
import dev.acequia.telemetry.ClockWatch;
import dev.acequia.telemetry.LogLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/** The process that serves one pipeline over HTTP. */
public final class ApiProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiProcess.class);

  private final ServletWebServerApplicationContext context;

  private ApiProcess(ServletWebServerApplicationContext context) {
    this.context = context;
  }

  public static void main(String[] args) {
    ClockWatch.start();
    LogLines.install();
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    var environment = System.getenv();
    ApiSettings settings;
    try {
      settings = ApiSettings.fromEnvironment(RuntimeVariable.withFiles(environment));
    } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
      LOG.error("cannot start", e);
      terminate(
          environment,
          new Termination(Termination.Reason.Misconfigured, String.valueOf(e.getMessage())));
      return;
    }
    // Kubernetes ends it by a signal; the context's own hook then drains it.
    start(settings);
  }

  /** Starts serving; what it needs of Kafka and the store may come up later. */
  @SuppressWarnings("resource")
  static ApiProcess start(ApiSettings settings) {
    System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
    var application = new SpringApplication(ApiConfiguration.class);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    application.setLogStartupInfo(false);
    application.setBannerMode(Banner.Mode.OFF);
    application.setEnvironment(new NoEnvironment());
    application.setAddCommandLineProperties(false);
    application.addInitializers(
        context -> context.getBeanFactory().registerSingleton("settings", settings));
    var process = new ApiProcess((ServletWebServerApplicationContext) application.run());
    LOG.info(
        "serving {}/{} on port {}",
        settings.definition().namespace(),
        settings.definition().name(),
        process.port());
    return process;
  }

  /** The port of the API. */
  int port() {
    return java.util.Objects.requireNonNull(context.getWebServer()).getPort();
  }

  int managementPort() {
    return context.getBean(dev.acequia.telemetry.ManagementServer.class).port();
  }

  /** Finishes the requests under way, then lets go of Kafka and the store. */
  @Override
  public void close() {
    context.close();
  }

  /** Ends the process, which needs a person. */
  static void terminate(Map<String, String> environment, Termination lastWord) {
    var log = RuntimeVariable.ACEQUIA_TERMINATION_LOG.in(environment);
    if (log.isPresent()) {
      try {
        lastWord.write(Path.of(log.get()));
      } catch (IOException e) {
        LOG.error("cannot write the termination message to {}", log.get(), e);
      }
    }
    System.exit(Termination.EXIT_CODE);
  }

  /**
   * Nothing of the process's environment configures Spring: Kubernetes sets variables for every
   * Service, and one named "server" must not become a property.
   */
  private static final class NoEnvironment extends StandardEnvironment {
    @Override
    protected void customizePropertySources(MutablePropertySources sources) {}
  }
}
