package dev.acequia.api.query;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A finished page on its way to the client: compressed if that is wanted and worth it, and not sent
 * at all to a client that has it.
 */
final class PageResponse {
  /** What fits one packet is not worth compressing. */
  private static final int MIN_COMPRESSED = 1 << 10;

  private static final String VARY = "Accept, Accept-Encoding, Prefer, Authorization, X-Api-Key";

  /** One of a list's, with the comma behind it. */
  private static final Pattern ENTITY_TAG =
      Pattern.compile("[ \\t,]*+(?:W/)?(\"[^\"]*+\")[ \\t]*+(?:,|$)");

  private PageResponse() {}

  /** Sends the page; its status and the headers that describe the result are set already. */
  static void send(
      HttpServletRequest request,
      HttpServletResponse response,
      ResultFormat format,
      PageBuffer page,
      PageRoom.Space space)
      throws IOException {
    response.setHeader("Vary", VARY);
    // Whoever keeps it asks again each time, and so has the caller's key looked at.
    response.setHeader("Cache-Control", "no-cache");
    response.setContentType(format.contentType());
    if (page.isInMemory()) {
      var tag = tag(response, page);
      response.setHeader("ETag", tag);
      if (has(request.getHeader("If-None-Match"), tag)) {
        response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        return;
      }
    }
    var coding =
        page.size() < MIN_COMPRESSED
            ? ContentCoding.IDENTITY
            : ContentCoding.of(request.getHeader("Accept-Encoding"));
    if (!space.compressors().tryTake(coding.memory())) {
      // Many answers are on their way; uncompressed, this one holds less.
      coding = ContentCoding.IDENTITY;
    }
    try {
      send(request, response, page, coding);
    } finally {
      space.compressors().giveBack(coding.memory());
    }
  }

  private static void send(
      HttpServletRequest request,
      HttpServletResponse response,
      PageBuffer page,
      ContentCoding coding)
      throws IOException {
    if (coding == ContentCoding.IDENTITY) {
      response.setContentLengthLong(page.size());
      page.writeTo(response.getOutputStream());
      return;
    }
    response.setHeader("Content-Encoding", coding.token());
    if (!request.getMethod().equals("HEAD")) {
      try (var out = coding.over(response.getOutputStream())) {
        page.writeTo(out);
      }
    }
  }

  /** Weak, since a page is the same however it is compressed. */
  private static String tag(HttpServletResponse response, PageBuffer page) {
    return "W/\""
        + page.checksum(
            String.valueOf(response.getContentType()),
            String.valueOf(response.getHeader("Content-Range")),
            String.valueOf(response.getHeader("Link")))
        + '"';
  }

  private static boolean has(@Nullable String ifNoneMatch, String tag) {
    if (ifNoneMatch == null) {
      return false;
    }
    if (ifNoneMatch.strip().equals("*")) {
      return true;
    }
    // Compared weakly: a strong tag of the same text is the same. A comma may stand within a tag.
    var opaque = tag.substring(tag.indexOf('"'));
    var known = ENTITY_TAG.matcher(ifNoneMatch);
    while (known.lookingAt()) {
      if (known.group(1).equals(opaque)) {
        return true;
      }
      known.region(known.end(), ifNoneMatch.length());
    }
    return false;
  }
}
