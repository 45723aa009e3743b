package dev.acequia.operator.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An informer's objects as compressed JSON, a tenth of what they take as objects. One that was read
 * stays an object until the next collection, so a reconcile that reads it often unpacks it once. Of
 * an object that cannot be the operator's, only the {@link Trim#identity} is kept.
 */
final class PackedItemStore<R extends HasMetadata> implements ItemStore<R> {
  private final Class<R> type;
  private final KubernetesSerialization json;
  private final Predicate<? super R> trim;
  private final int mostChars;
  private final Map<String, Packed<R>> items = new ConcurrentHashMap<>();

  private record Packed<R>(byte[] bytes, WeakReference<R> object) {}

  /**
   * An empty store.
   *
   * @param trim takes away what nobody reads, from an object that only the informer holds as yet,
   *     and says whether the rest can be the operator's own
   * @param mostChars the length of JSON that none of the operator's own objects exceeds, trimmed
   */
  PackedItemStore(
      Class<R> type, KubernetesSerialization json, Predicate<? super R> trim, int mostChars) {
    this.type = type;
    this.json = json;
    this.trim = trim;
    this.mostChars = mostChars;
  }

  @Override
  public String getKey(R object) {
    return Cache.metaNamespaceKeyFunc(object);
  }

  @Override
  public @Nullable R put(String key, R object) {
    if (trim.test(object)) {
      var text = json.asJson(object);
      if (text.length() <= mostChars) {
        return keep(key, object, text);
      }
    }
    var stub = stub(object);
    return keep(key, stub, json.asJson(stub));
  }

  private @Nullable R keep(String key, R object, String text) {
    return object(items.put(key, new Packed<>(pack(text), new WeakReference<>(object))));
  }

  private R stub(R object) {
    var stub = json.unmarshal("{}", type);
    stub.setMetadata(Trim.identity(object.getMetadata()));
    return stub;
  }

  @Override
  public @Nullable R remove(String key) {
    return object(items.remove(key));
  }

  @Override
  public Stream<String> keySet() {
    return items.keySet().stream();
  }

  @Override
  public Stream<R> values() {
    return items.keySet().stream().flatMap(key -> Stream.ofNullable(get(key)));
  }

  @Override
  public @Nullable R get(String key) {
    var packed = items.get(key);
    if (packed == null) {
      return null;
    }
    var known = packed.object().get();
    if (known != null) {
      return known;
    }
    var object = unpack(packed.bytes());
    items.replace(key, packed, new Packed<>(packed.bytes(), new WeakReference<>(object)));
    return object;
  }

  @Override
  public int size() {
    return items.size();
  }

  private @Nullable R object(@Nullable Packed<R> packed) {
    if (packed == null) {
      return null;
    }
    var known = packed.object().get();
    return known == null ? unpack(packed.bytes()) : known;
  }

  private static byte[] pack(String text) {
    var bytes = new ByteArrayOutputStream();
    var deflater = new Deflater(Deflater.BEST_SPEED);
    try (var packed = new DeflaterOutputStream(bytes, deflater)) {
      packed.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  private R unpack(byte[] bytes) {
    try (var packed = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
      return json.unmarshal(packed, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
