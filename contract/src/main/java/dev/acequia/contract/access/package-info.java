/**
 * Who may use a pipeline's API, as operator, command line and API process agree on it: the form of
 * an API key, of its entry in a Secret, and the settings that an API process starts with.
 */
@NullMarked
package dev.acequia.contract.access;

import org.jspecify.annotations.NullMarked;
