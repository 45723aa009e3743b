package dev.acequia.operator.observe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the API server sends: an object, a list of objects, or an event with one. Of an object
 * with very many names and values the rest is passed over, and so is what lies very deep in it, or
 * is a very long number; the object gets the field {@link #CUT} instead. What tells which object it
 * is stays.
 *
 * <p>The API server bounds an object in bytes. A name and a value of three characters take a
 * hundred bytes here, so 1.4 MiB of them are 17 MiB.
 */
final class BoundedParser extends JsonParserDelegate {
  /**
   * A field that no object has at its top, since the API server knows none of this name. It is
   * false where nothing but metadata was cut.
   */
  static final String CUT = "acequiaCut";

  /** Names and values of an object; a pipeline of 500 fields has some 5,000. */
  static final int MOST_TOKENS = 20_000;

  /** The same of its metadata alone, so that these leave room for the rest. */
  static final int MOST_TOKENS_OF_METADATA = 10_000;

  /**
   * The same without finalizers, which come late: an operator that does not see its own never takes
   * it away.
   */
  private static final int MOST_TOKENS_BESIDE_FINALIZERS = 8_000;

  /** Containers in each other. A pipeline in a list has some 15. */
  static final int MOST_DEPTH = 100;

  /** The value of a longer number takes long to compute. */
  private static final int MOST_DIGITS = 1000;

  private static final String METADATA = "metadata";
  private static final String FINALIZERS = "finalizers";
  private static final Set<String> TOP = Set.of("apiVersion", "kind", METADATA);
  private static final Set<String> IDENTITY =
      Set.of(
          "name",
          "namespace",
          "uid",
          "resourceVersion",
          "generation",
          "creationTimestamp",
          "deletionTimestamp",
          "continue");

  /** What a container is a part of. */
  private enum Place {
    /** The whole answer: an object itself, a list, or an event. */
    WHOLE,
    ITEMS,
    OBJECT,
    METADATA,
    FINALIZERS,
    IN_METADATA,
    ELSEWHERE;

    boolean isOfMetadata() {
      return switch (this) {
        case METADATA, FINALIZERS, IN_METADATA -> true;
        case WHOLE, ITEMS, OBJECT, ELSEWHERE -> false;
      };
    }
  }

  /** What is put in at the end of an object that was cut, or in place of a value. */
  private enum Insert {
    NAME(JsonToken.FIELD_NAME),
    IN_METADATA(JsonToken.VALUE_FALSE),
    ANYWHERE(JsonToken.VALUE_TRUE),
    END(JsonToken.END_OBJECT),
    NULL(JsonToken.VALUE_NULL);

    private final JsonToken token;

    Insert(JsonToken token) {
      this.token = token;
    }
  }

  /** Counts of one object. */
  private static final class Spent {
    private int all;
    private int metadata;
    private @Nullable Insert cut;

    void cut(Place place) {
      cut = place.isOfMetadata() && cut != Insert.ANYWHERE ? Insert.IN_METADATA : Insert.ANYWHERE;
    }

    boolean isUsedUp(Place place) {
      return switch (place) {
        case METADATA, IN_METADATA -> metadata >= MOST_TOKENS_BESIDE_FINALIZERS;
        case FINALIZERS -> metadata >= MOST_TOKENS_OF_METADATA;
        case WHOLE, OBJECT, ELSEWHERE -> all >= MOST_TOKENS;
        case ITEMS -> false;
      };
    }

    void count(Place place) {
      all++;
      if (place.isOfMetadata()) {
        metadata++;
      }
    }
  }

  private record Container(Place place, boolean isArray) {}

  private final Deque<Container> containers = new ArrayDeque<>();
  private final Deque<Spent> objects = new ArrayDeque<>();
  private @Nullable String field;
  private @Nullable Insert insert;

  /** What comes after the {@link Insert#NAME}. */
  private @Nullable Insert value;

  BoundedParser(JsonParser parser) {
    super(parser);
  }

  @Override
  public @Nullable JsonToken nextToken() throws IOException {
    if (insert != null) {
      insert =
          switch (insert) {
            case NAME -> value;
            case IN_METADATA, ANYWHERE -> Insert.END;
            case END, NULL -> null;
          };
      if (insert != null) {
        return insert.token;
      }
    }
    while (true) {
      var token = delegate.nextToken();
      if (token == null) {
        return null;
      }
      switch (token) {
        case START_OBJECT, START_ARRAY -> {
          if (isElementBeyond()) {
            passOver();
            continue;
          }
          begin(token);
        }
        case END_OBJECT, END_ARRAY -> {
          value = end();
          if (value != null) {
            insert = Insert.NAME;
            return insert.token;
          }
        }
        case FIELD_NAME -> {
          field = delegate.currentName();
          if (isBeyond()) {
            delegate.nextToken();
            passOver();
            continue;
          }
          count();
        }
        default -> {
          if (isElementBeyond()) {
            passOver();
            continue;
          }
          count();
          if (token.isNumeric() && delegate.getTextLength() > MOST_DIGITS) {
            passOver();
            insert = Insert.NULL;
            return insert.token;
          }
        }
      }
      return token;
    }
  }

  private void passOver() throws IOException {
    delegate.skipChildren();
    if (!objects.isEmpty()) {
      objects.element().cut(containers.element().place());
    }
  }

  private void count() {
    if (!objects.isEmpty()) {
      objects.element().count(containers.element().place());
    }
  }

  /** Whether the object at hand has no room for the field at hand. */
  private boolean isBeyond() {
    var place = containers.element().place();
    return containers.size() >= MOST_DEPTH
        || (objects.element().isUsedUp(place)
            && switch (place) {
              case WHOLE, OBJECT -> !TOP.contains(field);
              case METADATA -> !IDENTITY.contains(field) && !FINALIZERS.equals(field);
              case FINALIZERS, IN_METADATA, ELSEWHERE -> true;
              case ITEMS -> false;
            });
  }

  /** The same of an element of an array; a field's value comes with its field. */
  private boolean isElementBeyond() {
    var container = containers.peek();
    return container != null
        && container.isArray()
        && (containers.size() >= MOST_DEPTH || objects.element().isUsedUp(container.place()));
  }

  private void begin(JsonToken token) {
    var place = place(token);
    if (place == Place.WHOLE || place == Place.OBJECT) {
      objects.push(new Spent());
    }
    containers.push(new Container(place, token == JsonToken.START_ARRAY));
    count();
  }

  private Place place(JsonToken token) {
    var outer = containers.peek();
    if (outer == null) {
      return Place.WHOLE;
    }
    return switch (outer.place()) {
      case WHOLE ->
          switch (String.valueOf(field)) {
            case METADATA -> Place.METADATA;
            case "items" -> token == JsonToken.START_ARRAY ? Place.ITEMS : Place.ELSEWHERE;
            case "object" -> Place.OBJECT;
            default -> Place.ELSEWHERE;
          };
      case ITEMS -> Place.OBJECT;
      case OBJECT -> METADATA.equals(field) ? Place.METADATA : Place.ELSEWHERE;
      case METADATA -> FINALIZERS.equals(field) ? Place.FINALIZERS : Place.IN_METADATA;
      case FINALIZERS, IN_METADATA -> Place.IN_METADATA;
      case ELSEWHERE -> Place.ELSEWHERE;
    };
  }

  /** Where an object was cut that ends here, if any. */
  private @Nullable Insert end() {
    var place = containers.pop().place();
    return place == Place.WHOLE || place == Place.OBJECT ? objects.pop().cut : null;
  }

  @Override
  public @Nullable JsonToken nextValue() throws IOException {
    var token = nextToken();
    return token == JsonToken.FIELD_NAME ? nextToken() : token;
  }

  @Override
  public JsonParser skipChildren() throws IOException {
    var token = currentToken();
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      var depth = containers.size();
      while (containers.size() >= depth && nextToken() != null) {
        // each token is passed over
      }
      while (insert != null && insert != Insert.END) {
        nextToken();
      }
    }
    return this;
  }

  @Override
  public @Nullable JsonToken currentToken() {
    return insert == null ? delegate.currentToken() : insert.token;
  }

  @Override
  public @Nullable JsonToken getCurrentToken() {
    return currentToken();
  }

  @Override
  public int currentTokenId() {
    return insert == null ? delegate.currentTokenId() : insert.token.id();
  }

  @Override
  public boolean hasCurrentToken() {
    return insert != null || delegate.hasCurrentToken();
  }

  @Override
  public boolean hasTokenId(int id) {
    return currentTokenId() == id;
  }

  @Override
  public boolean hasToken(JsonToken token) {
    return currentToken() == token;
  }

  @Override
  public boolean isExpectedStartObjectToken() {
    return insert == null && delegate.isExpectedStartObjectToken();
  }

  @Override
  public boolean isExpectedStartArrayToken() {
    return insert == null && delegate.isExpectedStartArrayToken();
  }

  @Override
  public boolean isExpectedNumberIntToken() {
    return insert == null && delegate.isExpectedNumberIntToken();
  }

  @Override
  public @Nullable String currentName() throws IOException {
    return switch (insert) {
      case NAME, IN_METADATA, ANYWHERE -> CUT;
      case END, NULL -> delegate.currentName();
      case null -> delegate.currentName();
    };
  }

  @Override
  public @Nullable String getCurrentName() throws IOException {
    return currentName();
  }

  @Override
  public @Nullable String getText() throws IOException {
    return insert == null
        ? delegate.getText()
        : insert == Insert.NAME ? CUT : insert.token.asString();
  }

  @Override
  public boolean getBooleanValue() throws IOException {
    return switch (insert) {
      case ANYWHERE -> true;
      case IN_METADATA -> false;
      case NAME, END, NULL -> delegate.getBooleanValue();
      case null -> delegate.getBooleanValue();
    };
  }
}
