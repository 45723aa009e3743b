package dev.acequia.api.query;

import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code select=origin,delay:dep_delay.avg()::text,count()}. */
final class SelectParser {
  /** An alias and a colon, a field and a cast, a dot, a function and a cast: each may be absent. */
  private static final Pattern ITEM =
      Pattern.compile(
          "(?:(?<alias>[^:.,()\"\\p{Cntrl}]{1,63}):)?"
              + "(?:(?<all>\\*)"
              + "|(?<column>[^:.,()*]+)(?:::(?<inner>[^:.,()]+))?"
              + "(?:\\.(?<function>[a-z]+)\\(\\)(?:::(?<outer>[^:.,()]+))?)?"
              + "|(?<alone>[a-z]+)\\(\\)(?:::(?<cast>[^:.,()]+))?)");

  /** A schema's most fields, and some of them in another form. */
  private static final int MAX_COLUMNS = 512;

  private final RecordColumns columns;

  SelectParser(RecordColumns columns) {
    this.columns = columns;
  }

  List<SelectItem> parse(String text) {
    var items = new ArrayList<SelectItem>();
    for (var part : text.split(",", -1)) {
      var item = ITEM.matcher(part);
      if (!item.matches()) {
        throw new InvalidQueryException(
            "select cannot have '"
                + Shown.of(part)
                + "': write *, field, alias:field, field::text, field.avg() or count()");
      }
      if (item.group("all") == null) {
        items.add(item(item));
      } else if (item.group("alias") == null) {
        items.addAll(columns.all());
      } else {
        throw new InvalidQueryException("select cannot rename *");
      }
      if (items.size() > MAX_COLUMNS) {
        throw new InvalidQueryException("select has at most " + MAX_COLUMNS + " columns");
      }
    }
    return items;
  }

  /**
   * Without an alias, a column has the name of its field, and an aggregate that of its function.
   */
  private SelectItem item(Matcher item) {
    var alias = item.group("alias");
    var alone = item.group("alone");
    if (alone != null) {
      var count = AggregateParser.parse(alone, null);
      return new SelectItem(
          alias == null ? alone : alias, CastParser.cast(count, item.group("cast")));
    }
    var name = item.group("column");
    var column = CastParser.cast(columns.require(name), item.group("inner"));
    var function = item.group("function");
    if (function == null) {
      return new SelectItem(alias == null ? name : alias, column);
    }
    return new SelectItem(
        alias == null ? function : alias,
        CastParser.cast(AggregateParser.parse(function, column), item.group("outer")));
  }
}
