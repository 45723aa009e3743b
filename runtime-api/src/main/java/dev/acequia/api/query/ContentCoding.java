package dev.acequia.api.query;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** How an answer is compressed, by the Accept-Encoding header. */
enum ContentCoding {
  IDENTITY(0) {
    @Override
    OutputStream over(OutputStream out) {
      return out;
    }
  },
  GZIP(288 << 10) {
    @Override
    OutputStream over(OutputStream out) throws IOException {
      return new GZIPOutputStream(out, BUFFER) {
        {
          def.setLevel(GZIP_LEVEL);
        }
      };
    }
  },
  ZSTD(4 << 20) {
    @Override
    OutputStream over(OutputStream out) throws IOException {
      return new ZstdOutputStream(out, RecyclingBufferPool.INSTANCE, ZSTD_LEVEL);
    }
  };

  private static final int BUFFER = 1 << 13;

  /** Beyond these levels, time grows faster than size falls. */
  private static final int GZIP_LEVEL = 4;

  private static final int ZSTD_LEVEL = 3;

  private final int memory;

  ContentCoding(int memory) {
    this.memory = memory;
  }

  /** About what it holds outside of the heap while an answer is written, in bytes. */
  int memory() {
    return memory;
  }

  /** Compresses what is written to it; to be closed, which closes {@code out}. */
  abstract OutputStream over(OutputStream out) throws IOException;

  /** The name in headers. */
  String token() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The client's favourite; of equals, the one that compresses faster and further. */
  static ContentCoding of(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return IDENTITY;
    }
    var best = IDENTITY;
    var bestWeight = 0.0;
    for (var part : acceptEncoding.split(",", -1)) {
      var semicolon = part.indexOf(';');
      var name = (semicolon < 0 ? part : part.substring(0, semicolon)).strip();
      var weight = semicolon < 0 ? 1 : weight(part.substring(semicolon + 1));
      for (var coding : values()) {
        if (coding.token().equalsIgnoreCase(name)
            && (weight > bestWeight || weight == bestWeight && coding.compareTo(best) > 0)) {
          best = coding;
          bestWeight = weight;
        }
      }
    }
    return best;
  }

  /** Of {@code q=0.5}; what cannot be read is not wanted. */
  private static double weight(String parameter) {
    var text = parameter.strip().toLowerCase(Locale.ROOT);
    try {
      return text.startsWith("q=") ? Double.parseDouble(text.substring(2)) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
