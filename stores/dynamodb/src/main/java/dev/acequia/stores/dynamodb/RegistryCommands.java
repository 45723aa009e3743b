package dev.acequia.stores.dynamodb;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.dynamodb.item.Attributes;

/**
 * Commands by which a person changes the registry. Each raises its version, so that a migration
 * which has read it before begins again and undoes nothing.
 */
record RegistryCommands(StoreDefinition.DynamoDb store) {
  /** Removes an attribute. */
  String without(String attribute) {
    return update("REMOVE #a ADD #v :one", attribute, "");
  }

  /** Sets an attribute to a text. */
  String with(String attribute, String text) {
    return update("SET #a = :a ADD #v :one", attribute, ",\":a\":{\"S\":\"%s\"}".formatted(text));
  }

  /** Names stand for attributes, since some are words of the service. */
  private String update(String expression, String attribute, String value) {
    var endpoint = store.endpoint();
    return "aws dynamodb update-item --table-name %s --region %s%s"
            .formatted(
                TableNames.of(store).second(),
                store.region(),
                endpoint == null ? "" : " --endpoint-url " + endpoint)
        + " --key '{\"%s\":{\"S\":\"%s\"}}' --update-expression '%s'"
            .formatted(Attributes.HASH, Registry.ID, expression)
        + " --expression-attribute-names '{\"#a\":\"%s\",\"#v\":\"%s\"}'"
            .formatted(attribute, Registry.VERSION)
        + " --expression-attribute-values '{\":one\":{\"N\":\"1\"}%s}'".formatted(value);
  }
}
