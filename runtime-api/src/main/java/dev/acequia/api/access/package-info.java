/**
 * Who may use the API: every request passes here before it reaches an endpoint. The checks run in
 * one place, the cheap ones first: a preflight is answered, then the caller is made out, then the
 * rate is held against the limit, then the scope against the method. Whom they let through is the
 * request's {@link dev.acequia.api.access.Principal}.
 */
@NullMarked
package dev.acequia.api.access;

import org.jspecify.annotations.NullMarked;
