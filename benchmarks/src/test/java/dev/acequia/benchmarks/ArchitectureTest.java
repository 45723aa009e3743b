package dev.acequia.benchmarks;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/** Benchmarks measure the product from outside, and do not know each other. */
@AnalyzeClasses(
    packages = "dev.acequia.benchmarks",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule theHarnessKnowsNoBenchmark =
      slices().matching("dev.acequia.benchmarks.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theProductRunsInProcessesOfItsOwn =
      ArchRuleDefinition.noClasses()
          .that()
          .resideOutsideOfPackage("dev.acequia.benchmarks.constant..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.acequia.consumer..",
              "dev.acequia.stores..",
              "dev.acequia.api..",
              "dev.acequia.operator..");
}
