/**
 * What the API says of itself: the OpenAPI document of this pipeline, and the page that shows it.
 */
@NullMarked
package dev.acequia.api.openapi;

import org.jspecify.annotations.NullMarked;
