package dev.acequia.api;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.Is.Truth;
import dev.acequia.stores.testkit.FuzzValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A condition as it is written in a filter and, apart from that, as it is asked of a store. */
sealed interface FuzzCondition {
  /** What it means, made without the server's parser. */
  Condition condition();

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
    public Condition condition() {
      var meant =
          operator.equals("isdistinct")
              ? Operator.DISTINCT
              : Operator.valueOf(operator.toUpperCase(Locale.ROOT));
      return new Condition.Comparison(field, meant, FuzzValue.literal(field, value));
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
    public Condition condition() {
      return new Condition.In(
          field, values.stream().map(value -> FuzzValue.literal(field, value)).toList());
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
    public Condition condition() {
      return Group.condition(
          values.stream().map(value -> new Comparison(field, operator, value)).toList(), any);
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
    public Condition condition() {
      return new Condition.Is(field, Truth.valueOf(what.toUpperCase(Locale.ROOT)));
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
    public Condition condition() {
      return new Condition.Like(field, pattern('%'), ignoreCase);
    }

    private String written() {
      return pattern(asterisk ? '*' : '%');
    }

    private String pattern(char anything) {
      var pattern = new StringBuilder();
      for (var part : parts) {
        if (part == null) {
          pattern.append('_');
        } else if (part.isEmpty()) {
          pattern.append(anything);
        } else {
          pattern.append("%_*\\".contains(part) ? "\\" : "").append(part);
        }
      }
      return pattern.toString();
    }

    @Override
    public String plain() {
      return (ignoreCase ? "ilike." : "like.") + written();
    }

    @Override
    public String quoted() {
      return (ignoreCase ? "ilike." : "like.") + FuzzValue.quoted(written());
    }
  }

  /** The contrary. */
  record Not(OfField of) implements OfField {
    @Override
    public Field field() {
      return of.field();
    }

    @Override
    public Condition condition() {
      return new Condition.Not(of.condition());
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
    public Condition condition() {
      var joined = condition(of, any);
      return negated ? new Condition.Not(joined) : joined;
    }

    static Condition condition(List<? extends FuzzCondition> parts, boolean any) {
      var conditions = parts.stream().map(FuzzCondition::condition).toList();
      return any ? new Condition.Any(conditions) : new Condition.All(conditions);
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
    var field = FuzzValues.FIELDS.get(random.nextInt(FuzzValues.FIELDS.size()));
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
