package dev.acequia.api;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A condition that can be written as a filter and, apart from that, be asked of a row. */
sealed interface FuzzCondition {
  /** True, false or, where SQL says unknown, null. */
  @Nullable Boolean holds(Map<String, Object> row);

  /** As it stands in a tree of conditions. */
  String inTree();

  /** As a parameter: its name, an equals sign and its value, not encoded. */
  String asParameter();

  /** A field, an operator and what stands behind it. */
  sealed interface OfField extends FuzzCondition {
    Field field();

    /** What stands behind the field, with its value as it is. */
    String plain();

    /** The same with its value in quotes. */
    String quoted();

    @Override
    default String inTree() {
      return field().name() + "." + quoted();
    }

    @Override
    default String asParameter() {
      return field().name() + "=" + plain();
    }
  }

  /** A comparison by its order. */
  record Comparison(Field field, String operator, Object value) implements OfField {
    @Override
    public @Nullable Boolean holds(Map<String, Object> row) {
      var found = row.get(field.name());
      if (operator.equals("isdistinct")) {
        return found == null || FuzzValue.compare(found, value) != 0;
      }
      if (found == null) {
        return null;
      }
      var order = FuzzValue.compare(found, value);
      return switch (operator) {
        case "eq" -> order == 0;
        case "neq" -> order != 0;
        case "gt" -> order > 0;
        case "gte" -> order >= 0;
        case "lt" -> order < 0;
        case "lte" -> order <= 0;
        default -> throw new IllegalStateException(operator);
      };
    }

    @Override
    public String plain() {
      return operator + "." + FuzzValue.text(value);
    }

    @Override
    public String quoted() {
      return operator + "." + FuzzValue.quoted(FuzzValue.text(value));
    }
  }

  /** One of several values. */
  record In(Field field, List<Object> values) implements OfField {
    @Override
    public @Nullable Boolean holds(Map<String, Object> row) {
      var found = row.get(field.name());
      if (values.isEmpty()) {
        return false;
      }
      return found == null
          ? null
          : values.stream().anyMatch(value -> FuzzValue.compare(found, value) == 0);
    }

    @Override
    public String plain() {
      return "in."
          + values.stream()
              .map(value -> FuzzValue.quoted(FuzzValue.text(value)))
              .collect(Collectors.joining(",", "(", ")"));
    }

    @Override
    public String quoted() {
      return plain();
    }
  }

  /** A comparison with any or all of several values. */
  record Quantified(Field field, String operator, boolean any, List<Object> values)
      implements OfField {
    @Override
    public @Nullable Boolean holds(Map<String, Object> row) {
      var each = new ArrayList<@Nullable Boolean>();
      values.forEach(value -> each.add(new Comparison(field, operator, value).holds(row)));
      return Group.combined(each, any);
    }

    @Override
    public String plain() {
      return operator
          + (any ? "(any)." : "(all).")
          + values.stream()
              .map(value -> FuzzValue.quoted(FuzzValue.text(value)))
              .collect(Collectors.joining(",", "{", "}"));
    }

    @Override
    public String quoted() {
      return plain();
    }
  }

  /** A null, or a truth. */
  record Is(Field field, String what) implements OfField {
    @Override
    public Boolean holds(Map<String, Object> row) {
      var found = row.get(field.name());
      return switch (what) {
        case "null", "unknown" -> found == null;
        case "not_null" -> found != null;
        case "true" -> Boolean.TRUE.equals(found);
        case "false" -> Boolean.FALSE.equals(found);
        default -> throw new IllegalStateException(what);
      };
    }

    @Override
    public String plain() {
      return "is." + what;
    }

    @Override
    public String quoted() {
      return plain();
    }
  }

  /**
   * A pattern.
   *
   * @param parts literal text of one character each, or the empty text for any characters, or null
   *     for any one
   */
  record Like(Field field, List<@Nullable String> parts, boolean ignoreCase, boolean asterisk)
      implements OfField {
    @Override
    public @Nullable Boolean holds(Map<String, Object> row) {
      var found = row.get(field.name());
      return found == null ? null : matches(((String) found).codePoints().toArray(), 0, 0);
    }

    private boolean matches(int[] text, int from, int part) {
      if (part == parts.size()) {
        return from == text.length;
      }
      var wanted = parts.get(part);
      if (wanted != null && wanted.isEmpty()) {
        for (var next = from; next <= text.length; next++) {
          if (matches(text, next, part + 1)) {
            return true;
          }
        }
        return false;
      }
      return from < text.length
          && (wanted == null || same(text[from], wanted.codePointAt(0)))
          && matches(text, from + 1, part + 1);
    }

    private boolean same(int a, int b) {
      return a == b || ignoreCase && Character.toLowerCase(a) == Character.toLowerCase(b);
    }

    private String pattern() {
      var pattern = new StringBuilder();
      for (var part : parts) {
        if (part == null) {
          pattern.append('_');
        } else if (part.isEmpty()) {
          pattern.append(asterisk ? '*' : '%');
        } else {
          pattern.append("%_*\\".contains(part) ? "\\" : "").append(part);
        }
      }
      return pattern.toString();
    }

    @Override
    public String plain() {
      return (ignoreCase ? "ilike." : "like.") + pattern();
    }

    @Override
    public String quoted() {
      return (ignoreCase ? "ilike." : "like.") + FuzzValue.quoted(pattern());
    }
  }

  /** The contrary. */
  record Not(OfField of) implements OfField {
    @Override
    public Field field() {
      return of.field();
    }

    @Override
    public @Nullable Boolean holds(Map<String, Object> row) {
      var holds = of.holds(row);
      return holds == null ? null : !holds;
    }

    @Override
    public String plain() {
      return "not." + of.plain();
    }

    @Override
    public String quoted() {
      return "not." + of.quoted();
    }
  }

  /** Several that hold together, or of which one does. */
  record Group(boolean any, boolean negated, List<FuzzCondition> of) implements FuzzCondition {
    @Override
    public @Nullable Boolean holds(Map<String, Object> row) {
      var each = new ArrayList<@Nullable Boolean>();
      of.forEach(condition -> each.add(condition.holds(row)));
      var holds = combined(each, any);
      return holds == null || !negated ? holds : Boolean.valueOf(!holds);
    }

    static @Nullable Boolean combined(List<@Nullable Boolean> each, boolean any) {
      if (each.contains(any)) {
        return any;
      }
      return each.contains(null) ? null : Boolean.valueOf(!any);
    }

    private String name() {
      return (negated ? "not." : "") + (any ? "or" : "and");
    }

    private String list() {
      return of.stream().map(FuzzCondition::inTree).collect(Collectors.joining(",", "(", ")"));
    }

    @Override
    public String inTree() {
      return name() + list();
    }

    @Override
    public String asParameter() {
      return name() + "=" + list();
    }
  }

  static FuzzCondition random(Random random, int depth) {
    if (depth > 0 && random.nextInt(3) == 0) {
      var parts = new ArrayList<FuzzCondition>();
      for (var i = random.nextInt(3); i >= 0; i--) {
        parts.add(random(random, depth - 1));
      }
      return new Group(random.nextBoolean(), random.nextInt(4) == 0, parts);
    }
    var condition = ofField(random);
    return random.nextInt(4) == 0 ? new Not(condition) : condition;
  }

  private static OfField ofField(Random random) {
    var field = FuzzTable.FIELDS.get(random.nextInt(FuzzTable.FIELDS.size()));
    if (field.type() == FieldType.JSON || random.nextInt(8) == 0) {
      var truths =
          field.type() == FieldType.BOOLEAN
              ? List.of("null", "not_null", "true", "false", "unknown")
              : List.of("null", "not_null");
      return new Is(field, truths.get(random.nextInt(truths.size())));
    }
    if (field.type() == FieldType.STRING && random.nextInt(3) == 0) {
      return like(field, random);
    }
    var values = new ArrayList<Object>();
    for (var i = random.nextInt(4); i > 0; i--) {
      values.add(FuzzTable.value(field.type(), random));
    }
    var orders = List.of("eq", "neq", "gt", "gte", "lt", "lte", "isdistinct");
    switch (random.nextInt(5)) {
      case 0 -> {
        return new In(field, values);
      }
      case 1 -> {
        values.add(FuzzTable.value(field.type(), random));
        return new Quantified(field, orders.get(random.nextInt(6)), random.nextBoolean(), values);
      }
      default -> {
        return new Comparison(
            field, orders.get(random.nextInt(7)), FuzzTable.value(field.type(), random));
      }
    }
  }

  private static Like like(Field field, Random random) {
    var text = (String) FuzzTable.value(FieldType.STRING, random);
    var parts = new ArrayList<@Nullable String>();
    text.codePoints()
        .forEach(
            c -> {
              switch (random.nextInt(6)) {
                case 0 -> parts.add("");
                case 1 -> parts.add(null);
                case 2 -> {}
                default -> parts.add(Character.toString(c));
              }
            });
    if (random.nextBoolean()) {
      parts.add("");
    }
    return new Like(field, parts, random.nextBoolean(), random.nextBoolean());
  }
}
