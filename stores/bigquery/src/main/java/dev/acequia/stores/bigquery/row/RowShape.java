package dev.acequia.stores.bigquery.row;

import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.bigquery.table.Columns;

/**
 * The message that a row is: its fields are the table's columns, by their names. Types are those
 * that BigQuery turns into the column's without loss.
 * https://cloud.google.com/bigquery/docs/supported-data-types
 */
final class RowShape {
  static final int GENERATION = 1;
  static final int PARTITION = 2;
  static final int OFFSET = 3;
  static final int READ = 4;
  static final int FENCE = 5;
  static final int EPOCH = 6;
  static final int DELETED = 7;
  static final int DELETED_AT = 8;
  static final int CHANGE = 9;
  static final int SEQUENCE = 10;

  /** That of the schema's first field; the others follow. */
  static final int FIRST_FIELD = 11;

  private RowShape() {}

  static ProtoSchema of(PipelineDefinition definition) {
    var message = DescriptorProto.newBuilder().setName("Row");
    add(message, GENERATION, Columns.GENERATION, Type.TYPE_INT64);
    add(message, PARTITION, Columns.PARTITION, Type.TYPE_INT64);
    add(message, OFFSET, Columns.OFFSET, Type.TYPE_INT64);
    add(message, READ, Columns.READ, Type.TYPE_INT64);
    add(message, FENCE, Columns.FENCE, Type.TYPE_INT64);
    switch (definition.mode()) {
      case APPEND -> add(message, EPOCH, Columns.EPOCH, Type.TYPE_INT64);
      case UPSERT -> {
        add(message, DELETED, Columns.DELETED, Type.TYPE_BOOL);
        add(message, DELETED_AT, Columns.DELETED_AT, Type.TYPE_INT64);
        add(message, CHANGE, "_CHANGE_TYPE", Type.TYPE_STRING);
        add(message, SEQUENCE, "_CHANGE_SEQUENCE_NUMBER", Type.TYPE_STRING);
      }
    }
    var fields = definition.schema().fields();
    for (var i = 0; i < fields.size(); i++) {
      add(message, FIRST_FIELD + i, fields.get(i).name(), type(fields.get(i).type()));
    }
    return ProtoSchema.newBuilder().setProtoDescriptor(message).build();
  }

  private static void add(DescriptorProto.Builder message, int number, String name, Type type) {
    message.addField(
        FieldDescriptorProto.newBuilder()
            .setName(name)
            .setNumber(number)
            .setType(type)
            .setLabel(Label.LABEL_OPTIONAL));
  }

  /** Decimals go as text; dates are days and timestamps microseconds of the epoch. */
  private static Type type(FieldType type) {
    return switch (type) {
      case STRING, JSON, UUID, DECIMAL -> Type.TYPE_STRING;
      case INT32, INT64, TIMESTAMP -> Type.TYPE_INT64;
      case DATE -> Type.TYPE_INT32;
      case DOUBLE -> Type.TYPE_DOUBLE;
      case BOOLEAN -> Type.TYPE_BOOL;
    };
  }

  /** Whether rows are changes of keys. */
  static boolean isKeyed(PipelineDefinition definition) {
    return definition.mode() == LoadMode.UPSERT;
  }
}
