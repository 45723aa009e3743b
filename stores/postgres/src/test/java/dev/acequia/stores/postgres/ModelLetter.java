package dev.acequia.stores.postgres;

import java.util.UUID;

/** A dead letter: the record, and where it stood. */
record ModelLetter(ModelRecord record, UUID topicId, int generation, int partition, long offset) {}
