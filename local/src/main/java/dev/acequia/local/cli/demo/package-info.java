/**
 * The demonstration: {@link Demo} tells the story, {@link DemoPipeline} and {@link DemoApi} do what
 * a user would do by kubectl and curl, {@link Screen} shows it.
 */
@NullMarked
package dev.acequia.local.cli.demo;

import org.jspecify.annotations.NullMarked;
