package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.PipelineDefinition;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** A key that no record has, to ask whether the table can be read. */
public record NoItem(PipelineDefinition definition) {
  private static final String NOBODY = "_";

  public Map<String, AttributeValue> key() {
    var key = new HashMap<String, AttributeValue>();
    key.put(Attributes.HASH, Attributes.text(NOBODY));
    var range = ItemKeys.of(definition).range();
    if (range != null) {
      key.put(
          Attributes.RANGE,
          range == ScalarAttributeType.N ? Attributes.number(-1) : ItemKeys.bytes(new byte[] {1}));
    }
    return key;
  }
}
