package dev.acequia.api.query;

import dev.acequia.contract.Field;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Is.Truth;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code carrier=eq.UA}, {@code dest=not.in.(BOS,"Saint Louis")}, {@code dep_delay=is.null}. */
final class FilterParser {
  private FilterParser() {}

  /**
   * Reads what stands behind a field's equals sign.
   *
   * @param text an operator, a dot and its operand
   */
  static Condition parse(Field field, String text) {
    if (text.startsWith("not.")) {
      return new Not(positive(field, text.substring("not.".length())));
    }
    return positive(field, text);
  }

  private static Condition positive(Field field, String text) {
    var dot = text.indexOf('.');
    var operator = dot < 0 ? text : text.substring(0, dot);
    var operand = dot < 0 ? "" : text.substring(dot + 1);
    if (dot < 0) {
      throw unknown(field, operator);
    }
    if (operator.endsWith(")")) {
      return quantified(field, operator, operand);
    }
    return switch (operator) {
      case "eq" -> comparison(field, Operator.EQ, operand);
      case "neq" -> comparison(field, Operator.NEQ, operand);
      case "gt" -> comparison(field, Operator.GT, operand);
      case "gte" -> comparison(field, Operator.GTE, operand);
      case "lt" -> comparison(field, Operator.LT, operand);
      case "lte" -> comparison(field, Operator.LTE, operand);
      case "like" -> new Like(field, pattern(operand), false);
      case "ilike" -> new Like(field, pattern(operand), true);
      case "in" -> in(field, operand);
      case "is" -> new Is(field, truth(field, operand));
      case "isdistinct" -> comparison(field, Operator.DISTINCT, operand);
      default -> throw unknown(field, operator);
    };
  }

  /** {@code like(any).{a*,b*}}, {@code gt(all).{1,2}}: the operator with each of the values. */
  private static Condition quantified(Field field, String operator, String operand) {
    var name = operator.substring(0, Math.max(operator.indexOf('('), 0));
    var quantifier = operator.substring(name.length());
    var takesIt =
        switch (name) {
          case "eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike" -> true;
          default -> false;
        };
    if (!takesIt || !quantifier.equals("(any)") && !quantifier.equals("(all)")) {
      throw unknown(field, operator);
    }
    var each =
        listed(field, operand, '{', '}', operator + " takes a list, as in " + operator + ".{a,b}")
            .stream()
            .map(value -> positive(field, name + "." + value))
            .toList();
    return quantifier.equals("(any)") ? new Any(each) : new All(each);
  }

  private static Condition comparison(Field field, Operator operator, String operand) {
    return new Comparison(field, operator, literal(field, operand));
  }

  private static Condition in(Field field, String operand) {
    return new In(
        field,
        listed(field, operand, '(', ')', "in takes a list, as in in.(a,b)").stream()
            .map(value -> literal(field, value))
            .toList());
  }

  private static Literal literal(Field field, String text) {
    try {
      return Literal.parse(field.type(), text);
    } catch (InvalidQueryException e) {
      throw new InvalidQueryException("the filter on '" + field.name() + "': " + e.getMessage());
    }
  }

  /**
   * The asterisk stands for the percent sign, which addresses do not like; behind a backslash it is
   * itself.
   */
  private static String pattern(String operand) {
    if (operand.indexOf('\0') >= 0) {
      throw new InvalidQueryException("a pattern cannot hold the character NUL");
    }
    var pattern = new StringBuilder(operand.length());
    for (var i = 0; i < operand.length(); i++) {
      var c = operand.charAt(i);
      pattern.append(c == '*' ? '%' : c);
      if (c == '\\' && i + 1 < operand.length()) {
        pattern.append(operand.charAt(++i));
      }
    }
    return pattern.toString();
  }

  private static Truth truth(Field field, String operand) {
    return switch (operand.toLowerCase(Locale.ROOT)) {
      case "null" -> Truth.NULL;
      case "not_null" -> Truth.NOT_NULL;
      case "true" -> Truth.TRUE;
      case "false" -> Truth.FALSE;
      case "unknown" -> Truth.UNKNOWN;
      default ->
          throw new InvalidQueryException(
              "the filter on '%s': is takes null, not_null, true, false or unknown, not '%s'"
                  .formatted(field.name(), Shown.of(operand)));
    };
  }

  /**
   * The values of {@code (a,"b,c",d)}; in quotes, a backslash stands before a literal character.
   */
  private static List<String> listed(
      Field field, String operand, char open, char close, String form) {
    if (operand.length() < 2
        || operand.charAt(0) != open
        || operand.charAt(operand.length() - 1) != close) {
      throw new InvalidQueryException("the filter on '" + field.name() + "': " + form);
    }
    var values = new ArrayList<String>();
    var text = operand.substring(1, operand.length() - 1);
    if (text.isEmpty()) {
      return values;
    }
    var position = 0;
    do {
      var value = new StringBuilder();
      position = QuotedText.read(text, position, ",", value);
      if (position < text.length() && text.charAt(position) != ',') {
        throw new InvalidQueryException(
            "the filter on '" + field.name() + "': a comma must follow a quoted value");
      }
      values.add(value.toString());
    } while (position++ < text.length());
    return values;
  }

  private static InvalidQueryException unknown(Field field, String operator) {
    return new InvalidQueryException(
        ("the filter on '%s' does not begin with an operator that is known here: '%s'; there are eq,"
                + " neq, gt, gte, lt, lte, like, ilike, in, is and isdistinct, each also after not. — as in"
                + " %s=eq.value")
            .formatted(field.name(), Shown.of(operator), field.name()));
  }
}
