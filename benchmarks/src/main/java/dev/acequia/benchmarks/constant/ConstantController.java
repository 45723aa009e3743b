package dev.acequia.benchmarks.constant;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The same by a controller, as services are written. */
@RestController
final class ConstantController {
  private final Map<String, byte[]> answers;

  ConstantController(Map<String, byte[]> answers) {
    this.answers = answers;
  }

  @PostMapping(path = "/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
  String answer(@PathVariable("name") String name, @RequestBody String body) {
    if (body.isEmpty()) {
      throw new IllegalArgumentException("there is no body");
    }
    return new String(answers.getOrDefault("/" + name, new byte[0]), StandardCharsets.UTF_8);
  }
}
