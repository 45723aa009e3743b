package dev.acequia.stores.lake.read;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.lake.table.Truncation;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.Literal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.expressions.Projections;

/**
 * Which files may have rows that a condition holds for, by the bounds of their columns and by their
 * partitions. What cannot be said in Iceberg's terms holds for every file. Bounds of uuids are not
 * used: Iceberg compares them as signed numbers, and files are written with them as bytes.
 */
final class Pruning {
  private final TableColumns columns;
  private final InclusiveMetricsEvaluator bounds;
  private final Set<Integer> compared;
  private final Expression byPartition;
  private final Map<Integer, PartitionSpec> specs;
  private final Map<Integer, Evaluator> evaluators = new HashMap<>();
  private final Map<Part, Boolean> parts = new HashMap<>();

  /**
   * For one condition.
   *
   * @param fitted as {@link Fitting} has it
   */
  Pruning(TableColumns columns, Map<Integer, PartitionSpec> specs, Condition fitted) {
    this.columns = columns;
    this.specs = specs;
    var byBounds = new Translation(false, List.of()).of(fitted, false);
    bounds = new InclusiveMetricsEvaluator(columns.schema(), byBounds);
    compared = Binder.boundReferences(columns.schema().asStruct(), byBounds, true);
    byPartition = new Translation(true, specs.values()).of(fitted, false);
  }

  /** Whether columns of a type leave files out by bounds, and not only by nulls. */
  static boolean usesBounds(FieldType type) {
    return switch (type) {
      case STRING, INT32, INT64, DOUBLE, DECIMAL, BOOLEAN, DATE, TIMESTAMP -> true;
      case JSON, UUID -> false;
    };
  }

  boolean mayMatch(PlannedFile file) {
    return parts.computeIfAbsent(file.part(), this::mayMatch)
        && bounds.eval(file.stats().file(file.records(), columns.kept(), compared));
  }

  private boolean mayMatch(Part part) {
    var spec = specs.get(part.spec());
    if (spec != null && Truncation.of(spec).isWrapped(part.values())) {
      return true; // of another engine, or an older writer
    }
    return evaluators.computeIfAbsent(part.spec(), this::evaluator).eval(part.values());
  }

  private Evaluator evaluator(int specId) {
    var spec = specs.get(specId);
    if (spec == null || spec.isUnpartitioned()) {
      return new Evaluator(columns.schema().asStruct(), Expressions.alwaysTrue());
    }
    return new Evaluator(
        spec.partitionType(), Projections.inclusive(spec, true).project(byPartition));
  }

  /** A condition that holds wherever the given one does. */
  private static final class Translation {
    private final boolean withUuids;
    private final Collection<PartitionSpec> specs;

    /**
     * A translation.
     *
     * @param specs of the partitions that it is projected to
     */
    Translation(boolean withUuids, Collection<PartitionSpec> specs) {
      this.withUuids = withUuids;
      this.specs = specs;
    }

    Expression of(Condition condition, boolean negated) {
      return switch (condition) {
        case Comparison comparison ->
            comparison(
                comparison.field(),
                negated ? contrary(comparison.operator()) : comparison.operator(),
                comparison.value());
        case In in -> negated ? Expressions.alwaysTrue() : in(in);
        case Is is -> is(is, negated);
        case Like like -> negated ? Expressions.alwaysTrue() : like(like);
        case Not not -> of(not.condition(), !negated);
        case All all -> joined(all.conditions(), negated, !negated);
        case Any any -> joined(any.conditions(), negated, negated);
      };
    }

    private Expression joined(List<Condition> parts, boolean negated, boolean conjunction) {
      var joined = conjunction ? Expressions.alwaysTrue() : (Expression) Expressions.alwaysFalse();
      for (var part : parts) {
        var translated = of(part, negated);
        joined =
            conjunction ? Expressions.and(joined, translated) : Expressions.or(joined, translated);
      }
      return joined;
    }

    private Expression comparison(Field field, Operator operator, Literal literal) {
      if (field.type() == FieldType.UUID && !(withUuids && operator == Operator.EQ)) {
        return Expressions.alwaysTrue();
      }
      var name = field.name();
      if ((operator == Operator.GT || operator == Operator.GTE)
          && Truncation.wraps(specs, name, value(literal))) {
        return Expressions.notNull(name);
      }
      return switch (operator) {
        case EQ ->
            isZero(literal)
                ? Expressions.and(
                    Expressions.greaterThanOrEqual(name, -0.0),
                    Expressions.lessThanOrEqual(name, 0.0))
                : Expressions.equal(name, value(literal));
        case GT -> Expressions.greaterThan(name, isZero(literal) ? 0.0 : value(literal));
        case GTE -> Expressions.greaterThanOrEqual(name, isZero(literal) ? -0.0 : value(literal));
        case LT -> Expressions.lessThan(name, isZero(literal) ? 0.0 : value(literal));
        case LTE -> Expressions.lessThanOrEqual(name, isZero(literal) ? 0.0 : value(literal));
        case NEQ, DISTINCT -> Expressions.alwaysTrue();
      };
    }

    private Expression in(In in) {
      if (in.values().isEmpty()) {
        return Expressions.alwaysFalse();
      }
      if ((in.field().type() == FieldType.UUID && !withUuids)
          || in.values().stream().anyMatch(Translation::isZero)) {
        return Expressions.alwaysTrue();
      }
      return Expressions.in(
          in.field().name(), in.values().stream().map(Translation::value).toArray());
    }

    private static Expression is(Is is, boolean negated) {
      var name = is.field().name();
      return switch (is.truth()) {
        case NULL, UNKNOWN -> negated ? Expressions.notNull(name) : Expressions.isNull(name);
        case NOT_NULL -> negated ? Expressions.isNull(name) : Expressions.notNull(name);
        case TRUE -> negated ? Expressions.alwaysTrue() : Expressions.equal(name, true);
        case FALSE -> negated ? Expressions.alwaysTrue() : Expressions.equal(name, false);
      };
    }

    /** A pattern's characters before the first that is special. */
    private static Expression like(Like like) {
      var end = 0;
      while (end < like.pattern().length() && "%_\\".indexOf(like.pattern().charAt(end)) < 0) {
        end++;
      }
      return like.ignoreCase() || end == 0
          ? Expressions.alwaysTrue()
          : Expressions.startsWith(like.field().name(), like.pattern().substring(0, end));
    }

    /** The zeros of a double are equal, and bounds tell them apart. */
    private static boolean isZero(Literal literal) {
      return literal.value() instanceof Double number && number == 0;
    }

    private static Object value(Literal literal) {
      return switch (literal.value()) {
        case LocalDate date -> (int) date.toEpochDay();
        case OffsetDateTime time -> ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant());
        default -> literal.value();
      };
    }

    /** NOT DISTINCT is as EQ: a null is neither. */
    private static Operator contrary(Operator operator) {
      return switch (operator) {
        case EQ -> Operator.NEQ;
        case NEQ, DISTINCT -> Operator.EQ;
        case GT -> Operator.LTE;
        case GTE -> Operator.LT;
        case LT -> Operator.GTE;
        case LTE -> Operator.GT;
      };
    }
  }
}
