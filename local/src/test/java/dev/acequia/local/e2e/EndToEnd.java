package dev.acequia.local.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class of tests that get a {@link Platform} as parameter. Its tests run one after the other, and
 * beside those of other such classes, since most of their time is waiting: they keep to namespaces
 * of their own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PlatformExtension.class)
@Tag("e2e")
@interface EndToEnd {}
