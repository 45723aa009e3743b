package dev.acequia.stores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyReadsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<List<Integer>> statements = Collections.synchronizedList(new ArrayList<>());

  /** A statement waits for one of these. */
  private final Semaphore answers = new Semaphore(0);

  private final KeyReads reads = new KeyReads(this::readEven, 1, PATIENCE);

  @AfterEach
  void end() {
    answers.release(1 << 20);
    threads.close();
  }

  /** Numbers from this one on have rows of which no two fit a statement. */
  private static final int LARGE = 1_000_000;

  /** There is a row for each even number; 13 cannot be asked for. */
  private void readEven(List<List<Literal>> keys, KeyReads.Sink sink) throws StoreReadException {
    var numbers = keys.stream().map(key -> (Integer) key.getFirst().value()).toList();
    statements.add(numbers);
    answers.acquireUninterruptibly();
    if (numbers.stream().filter(number -> number >= LARGE).count() > 1) {
      throw new StoreReadException(Reason.TOO_LARGE, "large");
    }
    for (var place = 0; place < keys.size(); place++) {
      if (numbers.get(place) == 13) {
        throw new StoreReadException(Reason.IMPOSSIBLE, "thirteen");
      }
      if (numbers.get(place) == -1) {
        throw new StoreReadException(Reason.UNAVAILABLE, "down");
      }
      if (numbers.get(place) % 2 == 0) {
        sink.row(place, new NumberRow(numbers.get(place)));
      }
    }
  }

  private Future<Boolean> start(int number) {
    return start(() -> read(reads, number));
  }

  private <T> Future<T> start(Callable<T> task) {
    return threads.submit(task);
  }

  private static boolean read(KeyReads reads, int number) throws Exception {
    var rows = new AtomicInteger();
    var found =
        reads.read(
            List.of(new Literal(FieldType.INT32, number)),
            row -> {
              assertThat(row.longAt(0)).isEqualTo(number);
              rows.incrementAndGet();
            });
    assertThat(rows).hasValue(found ? 1 : 0);
    return found;
  }

  /** Occupies the only statement, and has the numbers wait behind it in their order. */
  private List<Future<Boolean>> queue(int... numbers) {
    var first = start(0);
    await().until(() -> statements.size() == 1);
    var queued = new ArrayList<>(List.of(first));
    for (var number : numbers) {
      queued.add(start(number));
      await().until(() -> reads.waiting() == queued.size() - 1);
    }
    return queued;
  }

  @Test
  void sendsALoneReadAtOnce() throws Exception {
    answers.release(2);
    assertThat(start(4).get()).isTrue();
    assertThat(start(5).get()).isFalse();
    assertThat(statements).containsExactly(List.of(4), List.of(5));
  }

  @Test
  void sendsWhatCameMeanwhileTogether() throws Exception {
    var queued = queue(1, 2, 3, 4);
    answers.release(2);
    assertThat(queued.get(1).get()).isFalse();
    assertThat(queued.get(2).get()).isTrue();
    assertThat(queued.get(3).get()).isFalse();
    assertThat(queued.get(4).get()).isTrue();
    assertThat(statements).containsExactly(List.of(0), List.of(1, 2, 3, 4));
  }

  @Test
  void sendsNoMoreThanAStatementTakes() throws Exception {
    var numbers = new int[KeyReads.MOST_KEYS + 1];
    var queued = queue(numbers);
    answers.release(3);
    for (var read : queued) {
      assertThat(read.get()).isTrue();
    }
    assertThat(statements.stream().map(List::size)).containsExactly(1, KeyReads.MOST_KEYS, 1);
  }

  @Test
  void keepsTheFaultOfOneFromTheOthers() throws Exception {
    var queued = queue(2, 13, 4, 6);
    answers.release(10);
    assertThat(queued.get(1).get()).isTrue();
    assertThatThrownBy(queued.get(2)::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("thirteen");
    assertThat(queued.get(3).get()).isTrue();
    assertThat(queued.get(4).get()).isTrue();
    assertThat(statements)
        .containsExactly(List.of(0), List.of(2, 13, 4, 6), List.of(13), List.of(4), List.of(6));
  }

  @Test
  void tellsAllOfAStoreThatIsDown() {
    var queued = queue(-1, 4);
    answers.release(2);
    for (var read : queued.subList(1, 3)) {
      assertThatThrownBy(read::get).hasRootCauseMessage("down");
    }
    assertThat(statements).hasSize(2);
  }

  @Test
  void refusesAfterAWhileWhatFoundNoPlace() throws Exception {
    var impatient = new KeyReads(this::readEven, 1, Duration.ofMillis(50));
    var first = start(() -> read(impatient, 2));
    await().until(() -> statements.size() == 1);
    assertThatThrownBy(() -> read(impatient, 4))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BUSY));
    answers.release(2);
    assertThat(first.get()).isTrue();
    assertThat(read(impatient, 6)).isTrue();
    assertThat(statements).containsExactly(List.of(2), List.of(6));
  }

  /** Of each statement that several lead to be read alone, each waits for a place of its own. */
  @Test
  void refusesAfterAWhileWhatHasToBeReadAlone() throws Exception {
    var impatient = new KeyReads(this::readEven, 1, Duration.ofSeconds(5));
    var first = start(() -> read(impatient, 0));
    await().until(() -> statements.size() == 1);
    var reads = new ArrayList<Future<Boolean>>();
    for (var number : List.of(LARGE, LARGE + 2, LARGE + 4)) {
      reads.add(start(() -> read(impatient, number)));
      await().until(() -> impatient.waiting() == reads.size());
    }
    answers.release(2);
    assertThat(first.get()).isTrue();
    await().until(() -> statements.size() == 3);
    assertThat(statements)
        .containsExactly(List.of(0), List.of(LARGE, LARGE + 2, LARGE + 4), List.of(LARGE));
    // The one that is read alone has no answer yet.
    for (var late : reads.subList(1, 3)) {
      assertThatThrownBy(() -> late.get(20, TimeUnit.SECONDS))
          .hasRootCauseMessage("reads by key wait for the store");
    }
    answers.release(1);
    assertThat(reads.getFirst().get()).isTrue();
  }

  @Test
  void readsEachAloneWhereTheirRowsDoNotFitTogether() throws Exception {
    var queued = queue(LARGE, 2, LARGE + 2, 4);
    answers.release(6);
    for (var read : queued) {
      assertThat(read.get()).isTrue();
    }
    assertThat(statements.subList(0, 3))
        .containsExactly(List.of(0), List.of(LARGE, 2, LARGE + 2, 4), List.of(LARGE));
    assertThat(statements.subList(3, 6))
        .containsExactlyInAnyOrder(List.of(2), List.of(LARGE + 2), List.of(4));
  }

  @Test
  void throwsWhatASinkThrewAtItsOwnReaderOnly() throws Exception {
    var first = start(0);
    await().until(() -> statements.size() == 1);
    var broken =
        start(
            () ->
                reads.read(
                    List.of(new Literal(FieldType.INT32, 2)),
                    row -> {
                      throw new IOException("full");
                    }));
    await().until(() -> reads.waiting() == 1);
    var whole = start(4);
    await().until(() -> reads.waiting() == 2);
    answers.release(2);
    assertThat(first.get()).isTrue();
    assertThatThrownBy(broken::get).hasRootCauseInstanceOf(IOException.class);
    assertThat(whole.get()).isTrue();
  }

  @Test
  void endsAReadWhoseThreadIsInterrupted() throws Exception {
    var first = start(0);
    await().until(() -> statements.size() == 1);
    var thread = new AtomicInteger();
    var interrupted =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    read(reads, 2);
                    thread.set(Thread.currentThread().isInterrupted() ? 1 : 2);
                  } catch (Exception e) {
                    thread.set(3);
                  }
                });
    await().until(() -> reads.waiting() == 1);
    interrupted.interrupt();
    answers.release(2);
    assertThat(interrupted.join(PATIENCE)).isTrue();
    assertThat(thread).hasValue(1);
    assertThat(first.get()).isTrue();
  }

  @Test
  void answersEachOfVeryManyWithItsOwn() throws Exception {
    answers.release(1 << 20);
    var wide = new KeyReads(this::readEven, 3, PATIENCE);
    var results = new ArrayList<Future<Boolean>>();
    for (var number = 100; number < 5_100; number++) {
      var asked = number;
      results.add(start(() -> read(wide, asked)));
    }
    for (var i = 0; i < results.size(); i++) {
      assertThat(results.get(i).get()).isEqualTo(i % 2 == 0);
    }
    assertThat(statements.stream().mapToInt(List::size).sum()).isEqualTo(results.size());
  }

  private record NumberRow(long number) implements ResultRow {
    @Override
    public boolean isNull(int column) {
      return false;
    }

    @Override
    public long longAt(int column) {
      return number;
    }

    @Override
    public double doubleAt(int column) {
      throw new UnsupportedOperationException();
    }

    @Override
    public BigDecimal decimalAt(int column) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] plainDecimalAt(int column) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long uuidMostAt(int column) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long uuidLeastAt(int column) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] utf8At(int column) {
      throw new UnsupportedOperationException();
    }
  }
}
