package dev.acequia.stores.bigquery.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.gax.grpc.GrpcStatusCode;
import com.google.api.gax.rpc.NotFoundException;
import com.google.api.gax.rpc.UnauthenticatedException;
import com.google.cloud.bigquery.BigQueryError;
import com.google.cloud.bigquery.BigQueryException;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BigQueryFailureTest {
  private static StoreUnavailableException failure(int status, String reason, String message) {
    return BigQueryFailure.of(
        new BigQueryException(status, message, new BigQueryError(reason, null, message)));
  }

  @ParameterizedTest
  @CsvSource({
    "403, accessDenied",
    "403, forbidden",
    "403, billingNotEnabled",
    "404, notFound",
    "401, x",
    "400, invalidQuery",
    "400, aReasonThatIsNew"
  })
  void whatAPersonHasToMendIsRefused(int status, String reason) {
    assertThat(failure(status, reason, "words")).isInstanceOf(StoreRefusedException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "403, rateLimitExceeded",
    "403, quotaExceeded",
    "503, backendError",
    "500, internalError",
    "400, tableUnavailable"
  })
  void whatPassesByItselfIsUnavailable(int status, String reason) {
    assertThat(failure(status, reason, "words")).isNotInstanceOf(StoreRefusedException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "invalidQuery, Could not serialize access to table a due to b",
    "resourcesExceeded, Resources exceeded: Too many DML statements outstanding against table a",
    "invalidQuery, The DML statement has been queued for too long"
  })
  void aConflictPasses(String reason, String words) {
    var conflict = failure(400, reason, words);
    assertThat(conflict).isNotInstanceOf(StoreRefusedException.class);
    assertThat(BigQueryFailure.isConflict(conflict)).isTrue();
  }

  /** The call never comes to BigQuery, so it has neither a code nor a reason. */
  @Test
  void anIdentityThatWasWithdrawnIsRefused() {
    var withdrawn = new IOException("400 Bad Request: {\"error\":\"invalid_grant\"}");
    assertThat(
            BigQueryFailure.of(new BigQueryException(0, "Error getting access token", withdrawn)))
        .isInstanceOf(StoreRefusedException.class);
    assertThat(BigQueryFailure.of(new BigQueryException(0, "reset", new IOException("reset"))))
        .isNotInstanceOf(StoreRefusedException.class);
    assertThat(
            BigQueryFailure.of(
                new UnauthenticatedException(
                    withdrawn, GrpcStatusCode.of(Status.Code.UNAUTHENTICATED), false)))
        .isInstanceOf(StoreRefusedException.class);
  }

  @Test
  void aTableThatAStreamDoesNotFindYetIsUnavailable() {
    assertThat(
            BigQueryFailure.of(
                new NotFoundException(null, GrpcStatusCode.of(Status.Code.NOT_FOUND), false)))
        .isNotInstanceOf(StoreRefusedException.class);
  }
}
