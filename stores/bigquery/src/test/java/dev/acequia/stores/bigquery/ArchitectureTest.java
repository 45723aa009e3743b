package dev.acequia.stores.bigquery;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A store knows the door, and no process that comes through it. */
@AnalyzeClasses(
    packages = "dev.acequia.stores.bigquery",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule knowsNoProcess =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.acequia.api..", "dev.acequia.consumer..", "dev.acequia.operator..");

  @ArchTest
  static final ArchRule hasNoCircles =
      slices().matching("dev.acequia.stores.bigquery.(*)..").should().beFreeOfCycles();
}
