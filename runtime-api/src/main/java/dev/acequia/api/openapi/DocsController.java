package dev.acequia.api.openapi;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.source.PushSources;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** {@code /openapi.json}, {@code /docs}, and the way there from {@code /}. */
@Controller
public final class DocsController {
  private static final String SWAGGER_UI = "/META-INF/resources/webjars/swagger-ui/5.32.0/";

  /** The page's files by name, each with where it lies and what it is. */
  private static final Map<String, Asset> ASSETS =
      Map.of(
          "swagger-ui.css", new Asset(SWAGGER_UI + "swagger-ui.css", "text/css"),
          "swagger-ui-bundle.js", new Asset(SWAGGER_UI + "swagger-ui-bundle.js", "text/javascript"),
          "docs.css", new Asset("docs.css", "text/css"),
          "docs.js", new Asset("docs.js", "text/javascript"),
          "favicon.svg", new Asset("favicon.svg", "image/svg+xml"));

  private static final Asset PAGE = new Asset("docs.html", "text/html;charset=utf-8");

  private final PipelineDefinition definition;
  private final AccessDescription access;
  private final PushSources sources;
  private volatile byte[] document = new byte[0];

  private record Asset(String resource, String contentType) {}

  /** Documentation for one pipeline. */
  public DocsController(
      PipelineDefinition definition, AccessDescription access, PushSources sources) {
    this.definition = definition;
    this.access = access;
    this.sources = sources;
  }

  @GetMapping("/")
  void home(HttpServletResponse response) {
    response.setStatus(HttpServletResponse.SC_FOUND);
    response.setHeader("Location", "/docs");
  }

  @GetMapping("/openapi.json")
  void openApi(HttpServletResponse response) throws IOException {
    if (document.length == 0) {
      document = OpenApiDocument.of(definition, access, sources);
    }
    send(response, document, "application/json");
  }

  @GetMapping("/docs")
  void page(HttpServletResponse response) throws IOException {
    response.setHeader(
        "Content-Security-Policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:");
    send(response, PAGE);
  }

  @GetMapping("/docs/{name}")
  void asset(@PathVariable("name") String name, HttpServletResponse response) throws IOException {
    var asset = ASSETS.get(name);
    if (asset == null) {
      throw new ProblemException(ProblemType.NOT_FOUND, "The documentation is at /docs.");
    }
    response.setHeader("Cache-Control", "max-age=3600");
    send(response, asset);
  }

  private static void send(HttpServletResponse response, Asset asset) throws IOException {
    try (var in = DocsController.class.getResourceAsStream(asset.resource())) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + asset.resource());
      }
      send(response, in.readAllBytes(), asset.contentType());
    }
  }

  private static void send(HttpServletResponse response, byte[] body, String contentType)
      throws IOException {
    response.setContentType(contentType);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
