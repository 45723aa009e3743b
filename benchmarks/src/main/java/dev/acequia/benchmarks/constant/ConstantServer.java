package dev.acequia.benchmarks.constant;

import dev.acequia.api.http.WebServer;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.DispatcherServlet;

/** The program: listens on port 8080, and is told by its environment where and what to answer. */
@Configuration(proxyBeanMethods = false)
@Import(WebServer.class)
public class ConstantServer {
  /** The folder of the answers: each file answers at its own name. */
  public static final String ANSWERS = "CONSTANT_ANSWERS";

  /** The address to listen on. */
  public static final String ADDRESS = "CONSTANT_ADDRESS";

  /** Below this path a controller of Spring MVC answers the same. */
  public static final String CONTROLLER = "/controller";

  private static final int PORT = 8080;

  public static void main(String[] args) {
    System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
    var application = new SpringApplication(ConstantServer.class);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    application.setLogStartupInfo(false);
    application.setBannerMode(Banner.Mode.OFF);
    application.setAddCommandLineProperties(false);
    application.run();
  }

  @Bean
  WebServer.Address address() {
    return new WebServer.Address(Optional.of(System.getenv(ADDRESS)), PORT, Optional.empty());
  }

  @Bean
  ServletRegistrationBean<HttpServlet> byServlet() throws IOException {
    return new ServletRegistrationBean<>(new ConstantServlet(answers()), "/*");
  }

  @Bean
  ServletRegistrationBean<DispatcherServlet> byController(DispatcherServlet dispatcher) {
    return new ServletRegistrationBean<>(dispatcher, CONTROLLER + "/*");
  }

  @Bean
  ConstantController controller() throws IOException {
    return new ConstantController(answers());
  }

  private static Map<String, byte[]> answers() throws IOException {
    var answers = new HashMap<String, byte[]>();
    try (var files = Files.list(Path.of(System.getenv(ANSWERS)))) {
      for (var file : files.toList()) {
        answers.put("/" + file.getFileName(), Files.readAllBytes(file));
      }
    }
    return Map.copyOf(answers);
  }
}
