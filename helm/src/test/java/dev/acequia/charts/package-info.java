/** What a cluster gets from the charts and from Argo CD, and what watches over the fleet. */
@NullMarked
package dev.acequia.charts;

import org.jspecify.annotations.NullMarked;
