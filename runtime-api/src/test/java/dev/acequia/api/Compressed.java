package dev.acequia.api;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;

/** Bodies as clients compress them. */
final class Compressed {
  private Compressed() {}

  static byte[] by(String coding, byte[] body) throws IOException {
    if (coding.equals("zstd")) {
      return Zstd.compress(body);
    }
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }
}
