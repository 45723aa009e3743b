/** The senders of pushes, on this machine: what they sign with, and where that can be looked up. */
@org.jspecify.annotations.NullMarked
package dev.acequia.servers.push;
