/**
 * What every endpoint needs of HTTP: query strings read strictly, problem documents of RFC 9457,
 * and the time each answer took.
 */
@NullMarked
package dev.acequia.api.http;

import org.jspecify.annotations.NullMarked;
