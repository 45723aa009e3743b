package dev.acequia.operator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.fabric8.kubernetes.client.Client;
import java.io.File;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Random;
import java.util.UUID;

/** The packages are the steps of a reconcile, and the pure ones stay pure. */
@AnalyzeClasses(
    packages = "dev.acequia.operator",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] PURE = {
    "dev.acequia.operator.plan..",
    "dev.acequia.operator.store..",
    "dev.acequia.operator.status..",
    "dev.acequia.operator.validate.."
  };

  @ArchTest
  static final ArchRule pureStepsSeeNoClient =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8.kubernetes.client..", "io.javaoperatorsdk..", "org.apache.kafka..");

  @ArchTest
  static final ArchRule pureStepsSeeNoClockChanceFileOrEnvironment =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(ZonedDateTime.class, "now")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(
              Clock.class, Random.class, SecureRandom.class, UUID.class, Files.class, File.class)
          .orShould()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(System.class, "getProperty", String.class)
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule storesKnowNoStep =
      noClasses()
          .that()
          .resideInAPackage("dev.acequia.operator.store..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.acequia.operator..")
                  .and(not(resideInAPackage("dev.acequia.operator.store.."))));

  @ArchTest
  static final ArchRule seesNoStoreAtWork =
      noClasses().should().dependOnClassesThat().resideInAPackage("dev.acequia.stores..");

  @ArchTest
  static final ArchRule planKnowsNoOtherStep =
      noClasses()
          .that()
          .resideInAPackage("dev.acequia.operator.plan..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.acequia.operator.validate..",
              "dev.acequia.operator.apply..",
              "dev.acequia.operator.observe..",
              "dev.acequia.operator.status..");

  @ArchTest
  static final ArchRule observeWritesNothing =
      noClasses()
          .that()
          .resideInAPackage("dev.acequia.operator.observe..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.acequia.operator.apply..", "dev.acequia.operator.status..");

  @ArchTest
  static final ArchRule statusSeesOnlyWhatWasPlannedAndObserved =
      noClasses()
          .that()
          .resideInAPackage("dev.acequia.operator.status..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.acequia.operator.apply..")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Client.class);
}
