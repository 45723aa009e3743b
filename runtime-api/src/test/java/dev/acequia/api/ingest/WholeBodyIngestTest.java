package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.RecordDecoder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class WholeBodyIngestTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(), List.of(new Field("n", FieldType.INT32, true, null)), UnknownFields.REJECT);

  private final MockProducer<byte[], byte[]> kafka =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final TopicWriter topic =
      new TopicWriter(new FakeAccess(kafka), "test", Duration.ofSeconds(5), System::nanoTime);

  /** Pushes in the background, since an answer waits for Kafka's. */
  private CompletableFuture<IngestResult> push(String lines) {
    var body = lines.getBytes(UTF_8);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return new WholeBodyIngest(topic)
                .ingest(
                    new LineRecords(body, body.length),
                    new RecordCheck(SCHEMA, new RecordDecoder(SCHEMA)),
                    null);
          } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private void awaitSent(int records) {
    await().atMost(Duration.ofSeconds(10)).until(() -> kafka.history().size() == records);
  }

  @Test
  void answersOnlyOnceEveryRecordIsDurable() throws ExecutionException, InterruptedException {
    var answer = push("{\"n\":1}\n{\"n\":2}");
    awaitSent(2);
    kafka.completeNext();
    assertThat(answer).isNotDone();
    kafka.completeNext();

    assertThat(answer.get())
        .isInstanceOfSatisfying(
            IngestResult.Done.class, done -> assertThat(done.accepted()).isEqualTo(2));
  }

  @Test
  void doesNotKnowTheOutcomeWhenKafkaFailsMidway() throws ExecutionException, InterruptedException {
    var answer = push("{\"n\":1}\n{\"n\":2}\n{\"n\":3}");
    awaitSent(3);
    kafka.completeNext();
    kafka.errorNext(new NotEnoughReplicasException("one broker is down"));
    kafka.errorNext(new TimeoutException("too late"));

    assertThat(answer.get())
        .isInstanceOfSatisfying(
            IngestResult.Failed.class,
            failed -> {
              assertThat(failed.unknown()).isTrue();
              assertThat(failed.accepted()).isEqualTo(1);
              assertThat(failed.notDurable()).isEqualTo(2);
            });
  }

  @Test
  void namesARecordThatOnlyKafkaFoundTooLarge() throws ExecutionException, InterruptedException {
    var answer = push("{\"n\":1}\n{\"n\":2}");
    awaitSent(2);
    kafka.completeNext();
    kafka.errorNext(new RecordTooLargeException("larger than max.message.bytes"));

    assertThat(answer.get())
        .isInstanceOfSatisfying(
            IngestResult.Done.class,
            done -> {
              assertThat(done.accepted()).isEqualTo(1);
              assertThat(done.errors().first())
                  .singleElement()
                  .satisfies(error -> assertThat(error.index()).isEqualTo(1));
            });
  }

  @Test
  void sendsNothingWhenOneRecordIsBad() throws ExecutionException, InterruptedException {
    assertThat(push("{\"n\":1}\n{\"n\":\"x\"}").get()).isInstanceOf(IngestResult.Rejected.class);
    assertThat(kafka.history()).isEmpty();
  }
}
