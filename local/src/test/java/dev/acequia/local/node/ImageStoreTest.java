package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageStoreTest {
  @ParameterizedTest
  @CsvSource({
    "acequia-runtime:0.1.0, acequia-runtime",
    "acequia-runtime, acequia-runtime",
    "registry.example:5000/team/acequia-runtime:0.1.0, acequia-runtime",
    "registry.example:5000/acequia-runtime, acequia-runtime",
    "x/acequia-runtime:0.1.0@sha256:0123, acequia-runtime",
    "x/acequia-runtime@sha256:0123, acequia-runtime"
  })
  void knowsAnImageByTheLastPartOfItsName(String image, String name) {
    assertThat(ImageStore.nameOf(image)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({"..", "x/..", "''", "x/"})
  void neverLeavesItsRoots(String image) {
    assertThat(new ImageStore(java.util.List.of(java.nio.file.Path.of("/bin"))).find(image))
        .isEmpty();
  }
}
