package dev.acequia.stores.query;

/** One column of a result: its name in the answer and what it stands for. */
public record SelectItem(String name, Expression expression) {}
