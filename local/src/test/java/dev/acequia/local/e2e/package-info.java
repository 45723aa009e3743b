/** The whole product on a real platform, as its users meet it: kubectl, HTTP, SQL. */
@NullMarked
package dev.acequia.local.e2e;

import org.jspecify.annotations.NullMarked;
