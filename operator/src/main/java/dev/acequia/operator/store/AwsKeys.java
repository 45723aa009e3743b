package dev.acequia.operator.store;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.operator.store.StorePlan.FurtherSecret;
import dev.acequia.operator.store.StorePlan.Purpose;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The access keys of a store of AWS's kind.
 *
 * @param secretName null where the Pods' own identities count
 * @param readerSecretName null where the reader uses the same keys
 */
record AwsKeys(@Nullable String secretName, @Nullable String readerSecretName) {
  List<FurtherSecret> of(Purpose purpose) {
    var name =
        purpose == Purpose.READER && readerSecretName != null ? readerSecretName : secretName;
    return name == null
        ? List.of()
        : List.of(
            new FurtherSecret(RuntimeVariable.STORE_ACCESS_KEY_ID, name, "accessKeyId"),
            new FurtherSecret(RuntimeVariable.STORE_SECRET_ACCESS_KEY, name, "secretAccessKey"));
  }
}
