package dev.acequia.local.cli.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** The schema of an endpoint's records, out of its OpenAPI document. */
final class EndpointSchema {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private EndpointSchema() {}

  /**
   * Reads the document.
   *
   * @throws CommandException when it is not a pipeline's
   */
  static Schema of(byte[] openApi, Endpoint endpoint) {
    try {
      var record = JSON.readTree(openApi).at("/components/schemas/Record");
      var required = new HashSet<>(strings(record.path("required")));
      var fields = new ArrayList<Field>();
      for (var property : record.path("properties").properties()) {
        var type = property.getValue().path("x-acequia-type");
        fields.add(
            new Field(
                property.getKey(),
                JSON.convertValue(type, FieldType.class),
                required.contains(property.getKey()),
                null));
      }
      if (fields.isEmpty()) {
        throw new CommandException(endpoint + " is not a pipeline's endpoint");
      }
      var closed =
          record.path("additionalProperties").isBoolean()
              && !record.path("additionalProperties").booleanValue();
      return new Schema(
          strings(record.path("x-acequia-key")),
          fields,
          closed ? UnknownFields.REJECT : UnknownFields.DROP);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandException(
          endpoint + "/openapi.json cannot be understood: " + e.getMessage(), e);
    }
  }

  private static List<String> strings(JsonNode array) {
    var strings = new ArrayList<String>();
    array.forEach(node -> strings.add(node.asText()));
    return strings;
  }
}
