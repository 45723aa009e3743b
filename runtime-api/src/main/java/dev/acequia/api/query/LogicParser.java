package dev.acequia.api.query;

import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.RecordColumns;
import java.util.ArrayList;

/** {@code or=(dep_delay.gt.60,and(carrier.eq.UA,dest.not.in.(BOS,"LAX")))}. */
final class LogicParser {
  private static final int MAX_DEPTH = 16;
  private static final String FORM = "as in or=(a.eq.1,and(b.gt.2,c.is.null))";

  private final RecordColumns columns;
  private final String text;
  private int position;

  private LogicParser(RecordColumns columns, String text) {
    this.columns = columns;
    this.text = text;
  }

  /**
   * Reads a tree of conditions.
   *
   * @param operator {@code and}, {@code or}, {@code not.and} or {@code not.or}
   * @param text what stands behind it, parentheses included
   */
  static Condition parse(RecordColumns columns, String operator, String text) {
    var parser = new LogicParser(columns, text);
    var condition = parser.group(operator, 1);
    if (parser.position < text.length()) {
      throw parser.malformed("something follows the last parenthesis");
    }
    return condition;
  }

  private Condition group(String operator, int depth) {
    if (depth > MAX_DEPTH) {
      throw new InvalidQueryException("conditions are nested at most " + MAX_DEPTH + " deep");
    }
    if (!take('(')) {
      throw malformed("a parenthesis is missing");
    }
    var conditions = new ArrayList<Condition>();
    do {
      skipSpaces();
      conditions.add(condition(depth));
      skipSpaces();
    } while (take(','));
    if (!take(')')) {
      throw malformed("a parenthesis does not close");
    }
    return switch (operator) {
      case "and" -> new All(conditions);
      case "or" -> new Any(conditions);
      case "not.and" -> new Not(new All(conditions));
      case "not.or" -> new Not(new Any(conditions));
      default -> throw new IllegalArgumentException(operator);
    };
  }

  private Condition condition(int depth) {
    for (var operator : new String[] {"and", "or", "not.and", "not.or"}) {
      if (text.startsWith(operator + "(", position)) {
        position += operator.length();
        return group(operator, depth + 1);
      }
    }
    var dot = text.indexOf('.', position);
    if (dot < 0) {
      throw malformed("'" + Shown.of(text.substring(position)) + "' has no operator");
    }
    var field = columns.require(text.substring(position, dot)).field();
    position = dot + 1;
    return FilterParser.parse(field, operation());
  }

  /** An operator and its operand, the quotes around it taken away; a list is left as it is. */
  private String operation() {
    var start = position;
    var operand = operandStart();
    var operation = new StringBuilder(text.substring(start, operand));
    if (operand < text.length() && "({".indexOf(text.charAt(operand)) >= 0) {
      position = endOfList(operand, text.charAt(operand) == '(' ? ')' : '}');
      return operation.append(text, operand, position).toString();
    }
    position = QuotedText.read(text, operand, ",)", operation);
    return operation.toString();
  }

  /** Behind the operator's dot, and behind that of {@code not} before it. */
  private int operandStart() {
    var from = text.startsWith("not.", position) ? position + "not.".length() : position;
    var dot = text.indexOf('.', from);
    if (dot < 0) {
      throw malformed("'" + Shown.of(text.substring(position)) + "' has no operand");
    }
    return dot + 1;
  }

  private int endOfList(int start, char close) {
    var inQuotes = false;
    for (var i = start; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == '"') {
        inQuotes = !inQuotes;
      } else if (c == '\\' && inQuotes) {
        i++;
      } else if (c == close && !inQuotes) {
        return i + 1;
      }
    }
    throw malformed("a list does not close");
  }

  /** Around the parts, not within them. */
  private void skipSpaces() {
    while (position < text.length() && text.charAt(position) == ' ') {
      position++;
    }
  }

  private boolean take(char c) {
    if (position < text.length() && text.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }

  private InvalidQueryException malformed(String reason) {
    return new InvalidQueryException("the conditions are malformed, " + FORM + ": " + reason);
  }
}
