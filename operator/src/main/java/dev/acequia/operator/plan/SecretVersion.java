package dev.acequia.operator.plan;

/**
 * A Secret as it was read. A write that names it is refused once somebody has changed or deleted
 * the Secret.
 */
public record SecretVersion(String uid, String resourceVersion) {}
