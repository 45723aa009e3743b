/**
 * The contract of a store as tests. Each abstract {@code …Contract} is one subject; a store extends
 * them all and gives each a {@link dev.acequia.stores.testkit.StoreFixture}. A new store begins
 * with {@link dev.acequia.stores.testkit.MigrationContract} and {@link
 * dev.acequia.stores.testkit.WritingContract}.
 */
@NullMarked
package dev.acequia.stores.testkit;

import org.jspecify.annotations.NullMarked;
