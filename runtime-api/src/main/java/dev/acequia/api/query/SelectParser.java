package dev.acequia.api.query;

import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code select=origin,delay:dep_delay.avg(),count()}. */
final class SelectParser {
  /** An alias and a colon, a field and a dot, a function and parentheses: each may be absent. */
  private static final Pattern ITEM =
      Pattern.compile(
          "(?:(?<alias>[^:.,()\"\\p{Cntrl}]{1,63}):)?"
              + "(?:(?<column>\\*|[^:.,()*]+)|(?:(?<field>[^:.,()*]+)\\.)?(?<function>[a-z]+)\\(\\))");

  private final RecordColumns columns;

  SelectParser(RecordColumns columns) {
    this.columns = columns;
  }

  List<SelectItem> parse(String text) {
    if (text.contains("::")) {
      throw new InvalidQueryException(
          "select does not support casts yet: take '::' and what follows it away");
    }
    var items = new ArrayList<SelectItem>();
    for (var part : text.split(",", -1)) {
      var item = ITEM.matcher(part);
      if (!item.matches()) {
        throw new InvalidQueryException(
            "select cannot have '"
                + Shown.of(part)
                + "': write *, field, alias:field, field.avg() or count()");
      }
      var column = item.group("column");
      var alias = item.group("alias");
      if ("*".equals(column)) {
        if (alias != null) {
          throw new InvalidQueryException("select cannot rename *");
        }
        items.addAll(columns.all());
      } else if (column != null) {
        items.add(new SelectItem(alias == null ? column : alias, columns.require(column)));
      } else {
        items.add(aggregate(alias, item.group("field"), item.group("function")));
      }
    }
    return items;
  }

  private SelectItem aggregate(@Nullable String alias, @Nullable String field, String function) {
    for (var known : Function.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(function)) {
        return new SelectItem(
            alias == null ? function : alias,
            new Aggregate(known, field == null ? null : columns.require(field).field()));
      }
    }
    throw new InvalidQueryException(
        "select does not know "
            + Shown.of(function)
            + "(): there are count, sum, avg, min and max");
  }
}
