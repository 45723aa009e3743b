package dev.acequia.api.openapi;

import static dev.acequia.api.openapi.OpenApiDocument.object;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.source.PushSources;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The declared sources in the words of the API's document: {@code sources.json} has what each of
 * them adds to the one operation that takes records. What is not declared is not described.
 */
final class SourcesDescription {
  private static final String SCHEMA = "#/components/schemas/";

  /** The answers that are Firehose's own where the request was. */
  private static final List<String> IN_OWN_FORM = List.of("400", "401", "408", "413", "503");

  private final ObjectNode document;
  private final ObjectNode components;
  private final ObjectNode push;

  private SourcesDescription(ObjectNode document) {
    this.document = document;
    this.components = object(document, "components");
    this.push = object(document, "paths", "/v1/records", "post");
  }

  /** Adds them to a document that says already who may call. */
  static void addTo(ObjectNode document, PushSources sources) {
    var names = new ArrayList<String>();
    if (sources.cloudEvents() != null) {
      names.add("cloudEvents");
    }
    if (sources.sns() != null) {
      names.add("sns");
    }
    if (sources.pubsub() != null) {
      names.add("pubsub");
    }
    if (sources.firehose() != null) {
      names.add("firehose");
    }
    if (!names.isEmpty()) {
      new SourcesDescription(document).describe(names, sources.cloudEvents());
    }
  }

  private void describe(List<String> names, PushSources.@Nullable CloudEvents events) {
    var all = OpenApiDocument.resource("sources.json");
    var said = new StringBuilder(push.get("description").asText());
    said.append("\n\nThese push here too, in envelopes of their own:\n");
    object(components, "schemas", "PushResult", "properties")
        .putObject("deadLetters")
        .put("type", "integer")
        .put("format", "int64")
        .put("description", "Records of a message that do not fit the schema, put aside.");
    if (!names.equals(List.of("cloudEvents"))) {
      addRefusals(names.contains("sns"));
    }
    for (var name : names) {
      var source = object(all, name);
      said.append("\n- ").append(source.get("description").asText());
      source.get("parameters").forEach(((ArrayNode) push.get("parameters"))::add);
      object(components, "schemas").setAll(object(source, "schemas"));
      addBodies(source);
      addSecurity(source);
      if (source.has("answer")) {
        addAnswers(source.get("answer").asText());
      }
    }
    if (events != null) {
      addEventExamples(events);
    }
    push.put("description", said.toString());
  }

  private void addBodies(ObjectNode source) {
    var bodies = object(push, "requestBody", "content");
    if (source.has("content")) {
      bodies.setAll(object(source, "content"));
    }
    if (source.has("body")) {
      addChoice(object(bodies, "application/json", "schema"), source.get("body").asText());
    }
  }

  private void addEventExamples(PushSources.CloudEvents events) {
    var record = (ObjectNode) components.at("/schemas/Record/examples/0").deepCopy();
    if (events.attributesField() != null) {
      record.remove(events.attributesField()); // which the API fills in
    }
    var bodies = object(push, "requestBody", "content");
    var event =
        object(bodies, "application/cloudevents+json")
            .putObject("example")
            .put("specversion", "1.0")
            .put("id", "1")
            .put("source", "/shop")
            .put("type", "com.example.recorded");
    event.set("data", record);
    object(bodies, "application/cloudevents-batch+json").putArray("example").add(event);
  }

  /** Lets it be of another schema, too. */
  private static void addChoice(ObjectNode schema, String name) {
    if (!schema.has("anyOf")) {
      var before = schema.deepCopy();
      schema.removeAll();
      var choices = schema.putArray("anyOf");
      if (before.has("oneOf")) {
        choices.addAll((ArrayNode) before.get("oneOf"));
      } else {
        choices.add(before);
      }
    }
    ((ArrayNode) schema.get("anyOf")).addObject().put("$ref", SCHEMA + name);
  }

  /** What proves a source stands beside what proves any caller, and any one of them does. */
  private void addSecurity(ObjectNode source) {
    if (!source.has("security")) {
      return;
    }
    if (!push.has("security")) {
      var security = push.putArray("security");
      if (document.get("security") instanceof ArrayNode ofAll) {
        security.addAll(ofAll);
      } else {
        security.addObject(); // the API is open
      }
    }
    var schemes = object(source, "security");
    components.withObject("/securitySchemes").setAll(schemes);
    schemes
        .fieldNames()
        .forEachRemaining(name -> ((ArrayNode) push.get("security")).addObject().putArray(name));
  }

  private void addRefusals(boolean ofTopics) {
    var answers = object(push, "responses");
    var responses = object(components, "responses");
    ErrorResponses.add(
        responses,
        "PushUnauthenticated",
        Problem.of(
            ProblemType.UNAUTHENTICATED, "The stream's access key is missing or not in force."));
    AccessDescription.header(
        responses, "PushUnauthenticated", "WWW-Authenticate", "How to say who asks.", "string");
    ErrorResponses.refer(answers, "401", "PushUnauthenticated");
    if (ofTopics) {
      ErrorResponses.add(
          responses,
          "PushForbidden",
          Problem.of(
              ProblemType.SOURCE_NOT_TRUSTED,
              "This topic is not among spec.sources.sns.topicArns."),
          Problem.of(ProblemType.FORBIDDEN, "This needs the scope ingest."));
      ErrorResponses.refer(answers, "403", "PushForbidden");
    }
  }

  private void addAnswers(String name) {
    addChoice(object(push, "responses", "200", "content", "application/json", "schema"), name);
    for (var status : IN_OWN_FORM) {
      var reference = object(push, "responses", status).get("$ref").asText();
      ((ObjectNode) document.at(reference.substring(1)).required("content"))
          .putObject("application/json")
          .putObject("schema")
          .put("$ref", SCHEMA + name);
    }
  }
}
