package dev.acequia.stores.lake;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.stores.position.Ledger;

/** A ledger as a property has it: JSON. */
final class LedgerText {
  static final String KEY = "acequia.ledger";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private LedgerText() {}

  static String of(Ledger ledger) {
    try {
      return JSON.writeValueAsString(ledger.document());
    } catch (JacksonException e) {
      throw new IllegalStateException("a ledger is always JSON", e);
    }
  }

  static Ledger parse(String text) {
    try {
      return new Ledger(JSON.readValue(text, Ledger.Document.class));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not a ledger: " + e.getOriginalMessage(), e);
    }
  }
}
