package dev.acequia.crds;

/** What a source's attributesField must name; a rule of the spec, which sees the fields. */
final class AttributesField {
  static final String MESSAGE =
      "attributesField is none of schema.fields, or not of type json: add the field, correct the"
          + " name, or remove attributesField";

  private AttributesField() {}
}
