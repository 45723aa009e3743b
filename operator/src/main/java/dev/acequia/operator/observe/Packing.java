package dev.acequia.operator.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Objects of a kind as compressed JSON, a tenth of what they take as objects. Of one that cannot be
 * the operator's, only the {@link Trim#identity} is kept.
 */
final class Packing<R extends HasMetadata> {
  /** Only a parser that cut an object writes a field of this name that is no text. */
  private static final Pattern CUT = Pattern.compile("\"" + BoundedParser.CUT + "\":(true|false)");

  private final Class<R> type;
  private final KubernetesSerialization json;
  private final Predicate<? super R> trim;
  private final int mostChars;

  /** What is kept of an object: itself, and its JSON in UTF-8. */
  record Kept<R>(R object, byte[] json) {}

  /**
   * How to pack objects of a kind.
   *
   * @param trim takes away what nobody reads, from an object that nobody else holds, and says
   *     whether the rest can be the operator's own
   */
  Packing(Class<R> type, KubernetesSerialization json, Predicate<? super R> trim) {
    this.type = type;
    this.json = json;
    this.trim = trim;
    this.mostChars = Trim.mostChars(type);
  }

  /** Trims the object, or leaves its identity alone. */
  Kept<R> keep(R object) {
    if (trim.test(object)) {
      var text = json.asJson(object);
      if (text.length() <= mostChars && !CUT.matcher(text).find()) {
        return new Kept<>(object, text.getBytes(StandardCharsets.UTF_8));
      }
    }
    return identity(object);
  }

  /** Keeps the identity only. */
  Kept<R> identity(R object) {
    var stub = stub(object);
    return new Kept<>(stub, json.asJson(stub).getBytes(StandardCharsets.UTF_8));
  }

  /** The object's identity. */
  R stub(R object) {
    var stub = json.unmarshal("{}", type);
    Trim.identify(object, stub);
    return stub;
  }

  byte[] pack(byte[] text) {
    var bytes = new ByteArrayOutputStream();
    var deflater = new Deflater(Deflater.BEST_SPEED);
    try (var packed = new DeflaterOutputStream(bytes, deflater)) {
      packed.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  R unpack(byte[] bytes) {
    try (var packed = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
      return json.unmarshal(packed, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
