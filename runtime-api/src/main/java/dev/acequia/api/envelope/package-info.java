/**
 * The envelopes in which other systems push: recognised by a request's headers, verified by what
 * the vendor signs them with, and opened into messages. What a message's data are is for ingest.
 */
@NullMarked
package dev.acequia.api.envelope;

import org.jspecify.annotations.NullMarked;
