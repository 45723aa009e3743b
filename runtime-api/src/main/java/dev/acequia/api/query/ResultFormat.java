package dev.acequia.api.query;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;

/** The formats of an answer, the usual one first. */
public enum ResultFormat {
  JSON("application/json", "") {
    @Override
    PageWriter writer(PageBuffer out, List<ResultColumn> columns) throws IOException {
      return new JsonPage(out, columns, JsonPage.Frame.ARRAY);
    }

    @Override
    PageWriter single(PageBuffer out, List<ResultColumn> columns) throws IOException {
      return new JsonPage(out, columns, JsonPage.Frame.SINGLE);
    }
  },
  NDJSON("application/x-ndjson", "") {
    @Override
    PageWriter writer(PageBuffer out, List<ResultColumn> columns) throws IOException {
      return new JsonPage(out, columns, JsonPage.Frame.LINES);
    }
  },
  CSV("text/csv", "; charset=utf-8; header=present") {
    @Override
    PageWriter writer(PageBuffer out, List<ResultColumn> columns) throws IOException {
      return new CsvPage(out, columns);
    }
  },
  COLUMNS("application/vnd.acequia.columns+json", "") {
    @Override
    PageWriter writer(PageBuffer out, List<ResultColumn> columns) {
      return new ColumnsPage(out, columns);
    }
  },
  ARROW("application/vnd.apache.arrow.stream", "") {
    @Override
    PageWriter writer(PageBuffer out, List<ResultColumn> columns) throws IOException {
      return new ArrowPage(out, columns);
    }
  },
  /** What PostgREST's clients ask for where one row is to come; another number of rows is 406. */
  OBJECT("application/vnd.pgrst.object+json", "") {
    @Override
    PageWriter writer(PageBuffer out, List<ResultColumn> columns) throws IOException {
      return new JsonPage(out, columns, JsonPage.Frame.SINGLE);
    }
  };

  private final MediaType mediaType;
  private final String contentType;

  ResultFormat(String mediaType, String parameters) {
    this.mediaType = MediaType.parseMediaType(mediaType);
    this.contentType = mediaType + parameters;
  }

  /** Writes a page of rows. */
  abstract PageWriter writer(PageBuffer out, List<ResultColumn> columns) throws IOException;

  /** Writes one record that was asked for by its key. */
  PageWriter single(PageBuffer out, List<ResultColumn> columns) throws IOException {
    return writer(out, columns);
  }

  /** The name that a client asks by. */
  public String mediaType() {
    return mediaType.toString();
  }

  /** The header of a response. */
  String contentType() {
    return contentType;
  }

  /** Chooses by the Accept header, which a browser or curl leaves open. */
  static ResultFormat of(@Nullable String accept) {
    if (accept == null || accept.isBlank() || accept.equals("*/*")) {
      return JSON;
    }
    List<MediaType> wanted;
    try {
      wanted = MediaType.parseMediaTypes(accept);
    } catch (InvalidMediaTypeException e) {
      throw new ProblemException(ProblemType.INVALID_REQUEST, "The Accept header is malformed.");
    }
    MimeTypeUtils.sortBySpecificity(wanted);
    return wanted.stream()
        .filter(type -> type.getQualityValue() > 0)
        .sorted((a, b) -> Double.compare(b.getQualityValue(), a.getQualityValue()))
        .flatMap(type -> Arrays.stream(values()).filter(format -> type.includes(format.mediaType)))
        .findFirst()
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemType.NOT_ACCEPTABLE,
                    "Records come as "
                        + Arrays.stream(values())
                            .map(ResultFormat::mediaType)
                            .collect(Collectors.joining(", "))
                        + "."));
  }
}
