package dev.acequia.local.platform;

import java.io.IOException;
import java.util.Locale;

/** The kinds of store that pipelines can have on this platform. */
public enum PlatformStore {
  POSTGRES {
    @Override
    public String spec(PlatformFiles files, String pipeline) {
      return LocalPlatform.STORE;
    }
  },
  /** In the platform's bucket, else in its folder, with its catalog in the platform's database. */
  LAKE {
    @Override
    public String spec(PlatformFiles files, String pipeline) throws IOException {
      var bucket = PlatformEnvironment.read(files.environment()).bucket();
      return "lake: {%s, catalog: {jdbc: {secretName: %s}}, commitInterval: 1s}"
          .formatted(
              bucket == null
                  ? "location: \"file://%s\"".formatted(files.home("lake").data().resolve(pipeline))
                  : bucket.place(pipeline),
              Warehouse.SECRET);
    }
  };

  /** {@code spec.store} of such a pipeline, as YAML. */
  public abstract String spec(PlatformFiles files, String pipeline) throws IOException;

  /** As a person writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
