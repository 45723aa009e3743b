package dev.acequia.consumer.consume;

import static java.util.Objects.requireNonNull;

import dev.acequia.consumer.deadletter.ForeignText;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads record by record, each client for itself, to tell which record it is that cannot be read:
 * the client does not say where in a poll it failed, and drops what that poll had read before.
 */
final class CarefulReader {
  /** As many as a poll takes. */
  private static final int MOST_RECORDS = KafkaClients.POLL_RECORDS;

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Function<PollBudget, Consumer<ByteBuffer, ByteBuffer>> newClient;
  private final ConsumerHealth health;

  /**
   * @param newClient opens a client that returns one record per poll
   */
  CarefulReader(
      Function<PollBudget, Consumer<ByteBuffer, ByteBuffer>> newClient, ConsumerHealth health) {
    this.newClient = newClient;
    this.health = health;
  }

  /**
   * What could be read of a partition.
   *
   * @param next where the first offset is that was not read
   * @param gap what cannot be read from there on; null when reading may go on
   */
  record Reading(
      List<ConsumerRecord<ByteBuffer, ByteBuffer>> records, LogPosition next, @Nullable Gap gap) {}

  /**
   * Records that cannot be read.
   *
   * @param to the first offset behind them
   */
  record Gap(long from, long to, Throwable why) {
    private static final int MOST_REASON_CHARS = 400;

    String reason() {
      if (hasCause(why, OutOfMemoryError.class)) {
        return "a record there takes more memory than this process has";
      }
      // The client's own words only say where.
      var cause = why;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return ForeignText.bounded(String.valueOf(cause.getMessage()), MOST_REASON_CHARS);
    }
  }

  /**
   * Reads at most about as much as a poll, and at least a record if there is one.
   *
   * @param held what the records hold that were read before, and from now on these
   * @throws ApiException when Kafka does not let it read now
   */
  Reading read(TopicPartition name, LogPosition from, HeldBytes held) {
    var records = new ArrayList<ConsumerRecord<ByteBuffer, ByteBuffer>>();
    var next = from;
    try (var attempt = new Attempt(name, from)) {
      while (next.offset() < attempt.end
          && records.size() < MOST_RECORDS
          && (records.isEmpty() || held.bytes() < PollBudget.MOST_BYTES)) {
        var polled = attempt.poll();
        for (var record : polled) {
          records.add(record);
          held.add(record);
        }
        next = LogPosition.of(requireNonNull(polled.nextOffsets().get(name)));
      }
      return new Reading(records, next, null);
    } catch (ApiException | InvalidOffsetException | InterruptException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
      // Earlier records of this round may hold the memory.
      var isToBlame = held.bytes() == 0 || !isOfTheProcess(e);
      return new Reading(records, next, isToBlame ? gap(name, next) : null);
    }
  }

  /** Whether the process lacks memory or a class, which a lack of memory may cause too. */
  private static boolean isOfTheProcess(Throwable failure) {
    return hasCause(failure, OutOfMemoryError.class) || hasCause(failure, LinkageError.class);
  }

  /** Kafka's decompressors wrap errors. */
  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  /** Looks for the nearest offset that can be read again, in ever longer steps and then between. */
  private @Nullable Gap gap(TopicPartition name, LogPosition position) {
    var from = position.offset();
    var why = trouble(name, from);
    if (why.isEmpty()) {
      return null;
    }
    // A memory failure ends the range of damaged records, since its cause is another.
    Predicate<Throwable> alike =
        isOfTheProcess(why.get()) ? _ -> true : trouble -> !isOfTheProcess(trouble);
    var bad = from;
    var good = from + 1;
    for (var step = 2L; trouble(name, good).filter(alike).isPresent(); step *= 2) {
      bad = good;
      good = from + step;
    }
    while (good - bad > 1) {
      var middle = bad + (good - bad) / 2;
      if (trouble(name, middle).filter(alike).isPresent()) {
        bad = middle;
      } else {
        good = middle;
      }
    }
    return new Gap(from, good, why.get());
  }

  /** What hinders reading at an offset; a client skips records of a batch only by reading them. */
  private Optional<Throwable> trouble(TopicPartition name, long offset) {
    try (var attempt = new Attempt(name, new LogPosition(offset, null))) {
      if (offset < attempt.end) {
        attempt.poll();
      }
      return Optional.empty();
    } catch (ApiException | InvalidOffsetException | InterruptException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
      return Optional.of(e);
    }
  }

  /** A client of its own: one that has failed once fails at the same place for good. */
  private final class Attempt implements AutoCloseable {
    private final PollBudget budget = new PollBudget();
    private final Consumer<ByteBuffer, ByteBuffer> consumer = newClient.apply(budget);
    private final TopicPartition name;
    private final long end;

    /** Seeks to a position; Kafka validates its epoch before the first record. */
    Attempt(TopicPartition name, LogPosition from) {
      health.turned();
      this.name = name;
      consumer.assign(List.of(name));
      // Must come first: without the leader in its metadata, the client skips the validation.
      end = consumer.endOffsets(List.of(name)).getOrDefault(name, from.offset());
      consumer.seek(name, from.with(""));
    }

    /** Goes on, by a record or past what is none. */
    ConsumerRecords<ByteBuffer, ByteBuffer> poll() {
      var deadline = System.nanoTime() + PATIENCE.toNanos();
      var from = consumer.position(name);
      while (true) {
        budget.begin();
        var records = consumer.poll(POLL);
        if (records.nextOffsets().containsKey(name)) {
          return records;
        }
        if (System.nanoTime() - deadline > 0) {
          throw new TimeoutException(
              "no answer for offset %d of %s within %s".formatted(from, name, PATIENCE));
        }
      }
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
