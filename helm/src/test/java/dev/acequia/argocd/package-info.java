/** What Argo CD makes of the folder argocd/: its Applications, and how healthy a pipeline is. */
@NullMarked
package dev.acequia.argocd;

import org.jspecify.annotations.NullMarked;
