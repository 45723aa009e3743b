package dev.acequia.consumer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The packages depend on each other in one direction, and stores are asked by their door. */
@AnalyzeClasses(
    packages = "dev.acequia.consumer",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packagesMakeNoCircle =
      slices().matching("dev.acequia.consumer.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule seesNoKindOfStore =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.acequia.stores.*..")
                  .and(not(resideInAPackage("dev.acequia.stores.query.."))));
}
