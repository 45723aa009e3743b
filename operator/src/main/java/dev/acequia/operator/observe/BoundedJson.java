package dev.acequia.operator.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
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
  private static final int MOST_CHARS_OF_NAME = 8 << 20;

  private BoundedJson() {}

  /** For the operator's client. */
  public static KubernetesSerialization serialization() {
    return new KubernetesSerialization(
        new ObjectMapper(new Factory())
            // Of a later version of the definitions, after a rollback.
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false),
        true);
  }

  private static final class Factory extends JsonFactory {
    private static final long serialVersionUID = 1;

    Factory() {
      setStreamReadConstraints(
          StreamReadConstraints.builder().maxNameLength(MOST_CHARS_OF_NAME).build());
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
