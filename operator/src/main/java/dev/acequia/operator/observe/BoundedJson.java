package dev.acequia.operator.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/**
 * How the operator reads what the API server sends: any object that the API server takes, in
 * bounded memory. Who may make one object in a namespace decides what is in it.
 */
public final class BoundedJson {
  /** Longer than any object: owners, for one, become names of managed fields. */
  private static final int MOST_CHARS = 8 << 20;

  /** Beyond the 10,000 that the API server's own parsers take. */
  private static final int MOST_DEPTH = 20_000;

  private BoundedJson() {}

  /** For the operator's client. */
  public static KubernetesSerialization serialization() {
    return new KubernetesSerialization(
        new ObjectMapper(new Factory())
            // Of a later version of the definitions, after a rollback.
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
            .registerModule(new SimpleModule().setDeserializerModifier(new KnownParts.Modifier())),
        true);
  }

  private static final class Factory extends JsonFactory {
    private static final long serialVersionUID = 1;

    Factory() {
      super(
          new JsonFactoryBuilder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNameLength(MOST_CHARS)
                      .maxNumberLength(MOST_CHARS)
                      .maxNestingDepth(MOST_DEPTH)
                      .build())
              // A table of all parsers keeps thousands of names, of any length, for good. It is
              // made with the factory, so a factory that is there cannot be told.
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES));
    }

    @Override
    public JsonParser createParser(InputStream in) throws IOException {
      return new BoundedParser(super.createParser(in));
    }

    @Override
    public JsonParser createParser(Reader reader) throws IOException {
      return new BoundedParser(super.createParser(reader));
    }

    @Override
    public JsonParser createParser(String content) throws IOException {
      return new BoundedParser(super.createParser(content));
    }

    @Override
    public JsonParser createParser(byte[] content) throws IOException {
      return new BoundedParser(super.createParser(content));
    }
  }
}
