package dev.acequia.api.query;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.acequia.contract.FieldType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/** The messages of Arrow's IPC stream: the schema, then batches of rows, then the end. */
final class ArrowMessage {
  /** The format asks for 8, and recommends this for the width of vector units. */
  private static final int ALIGNMENT = 64;

  private static final byte[] PADDING = new byte[ALIGNMENT];
  private static final int CONTINUATION = 0xFFFF_FFFF;

  private ArrowMessage() {}

  /** Names and types of the columns; the type that a field was declared with is noted beside. */
  static void writeSchema(PageBuffer out, List<ResultColumn> columns) throws IOException {
    var builder = new FlatBufferBuilder(1024);
    var fields = new int[columns.size()];
    for (var i = 0; i < fields.length; i++) {
      fields[i] = field(builder, columns.get(i));
    }
    var fieldsVector = Schema.createFieldsVector(builder, fields);
    Schema.startSchema(builder);
    Schema.addEndianness(builder, Endianness.Little);
    Schema.addFields(builder, fieldsVector);
    write(out, builder, MessageHeader.Schema, Schema.endSchema(builder), 0);
  }

  static void writeBatch(PageBuffer out, int rows, ArrowColumn[] columns) throws IOException {
    var builder = new FlatBufferBuilder(1024);
    RecordBatch.startNodesVector(builder, columns.length);
    for (var i = columns.length - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, rows, columns[i].nulls());
    }
    var nodes = builder.endVector();
    var parts = new java.util.ArrayList<ByteBuffer>();
    for (var column : columns) {
      parts.addAll(List.of(column.parts()));
    }
    long length = 0;
    for (var part : parts) {
      length += aligned(part.remaining());
    }
    var end = length;
    RecordBatch.startBuffersVector(builder, parts.size());
    for (var part : parts.reversed()) {
      end -= aligned(part.remaining());
      Buffer.createBuffer(builder, end, part.remaining());
    }
    var buffers = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, rows);
    RecordBatch.addNodes(builder, nodes);
    RecordBatch.addBuffers(builder, buffers);
    write(out, builder, MessageHeader.RecordBatch, RecordBatch.endRecordBatch(builder), length);
    for (var part : parts) {
      var size = part.remaining();
      out.put(part.array(), 0, size);
      out.put(PADDING, 0, (int) aligned(size) - size);
    }
  }

  static void writeEnd(PageBuffer out) throws IOException {
    littleEndian(out, CONTINUATION);
    littleEndian(out, 0);
  }

  private static void write(
      PageBuffer out, FlatBufferBuilder builder, byte kind, int header, long bodyLength)
      throws IOException {
    Message.startMessage(builder);
    Message.addVersion(builder, MetadataVersion.V5);
    Message.addHeaderType(builder, kind);
    Message.addHeader(builder, header);
    Message.addBodyLength(builder, bodyLength);
    builder.finish(Message.endMessage(builder));
    var metadata = builder.sizedByteArray();
    var prefix = 2 * Integer.BYTES;
    var padded = (int) aligned(prefix + metadata.length) - prefix;
    littleEndian(out, CONTINUATION);
    littleEndian(out, padded);
    out.put(metadata);
    out.put(PADDING, 0, padded - metadata.length);
  }

  private static int field(FlatBufferBuilder builder, ResultColumn column) {
    var name = builder.createString(column.name());
    var metadata =
        Field.createCustomMetadataVector(
            builder,
            new int[] {
              KeyValue.createKeyValue(
                  builder,
                  builder.createString("acequia.type"),
                  builder.createString(column.type().name().toLowerCase(Locale.ROOT)))
            });
    var children = Field.createChildrenVector(builder, new int[0]);
    var type = type(builder, column.type());
    Field.startField(builder);
    Field.addName(builder, name);
    Field.addNullable(builder, true);
    Field.addTypeType(builder, kind(column.type()));
    Field.addType(builder, type);
    Field.addChildren(builder, children);
    Field.addCustomMetadata(builder, metadata);
    return Field.endField(builder);
  }

  private static byte kind(FieldType type) {
    return switch (type) {
      case INT32, INT64 -> Type.Int;
      case DOUBLE -> Type.FloatingPoint;
      case BOOLEAN -> Type.Bool;
      case DATE -> Type.Date;
      case TIMESTAMP -> Type.Timestamp;
      case STRING, DECIMAL, UUID, JSON -> Type.Utf8;
    };
  }

  private static int type(FlatBufferBuilder builder, FieldType type) {
    return switch (type) {
      case INT32 -> Int.createInt(builder, Integer.SIZE, true);
      case INT64 -> Int.createInt(builder, Long.SIZE, true);
      case DOUBLE -> FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE);
      case DATE -> Date.createDate(builder, DateUnit.DAY);
      case TIMESTAMP ->
          Timestamp.createTimestamp(builder, TimeUnit.MICROSECOND, builder.createString("UTC"));
      case BOOLEAN -> {
        Bool.startBool(builder);
        yield Bool.endBool(builder);
      }
      case STRING, DECIMAL, UUID, JSON -> {
        Utf8.startUtf8(builder);
        yield Utf8.endUtf8(builder);
      }
    };
  }

  private static long aligned(int size) {
    return (size + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
  }

  private static void littleEndian(PageBuffer out, int number) throws IOException {
    for (var shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      out.put((char) (number >>> shift & 0xff));
    }
  }
}
