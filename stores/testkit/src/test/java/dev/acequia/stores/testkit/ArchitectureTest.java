package dev.acequia.stores.testkit;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The contract knows the door, and no store behind it. */
@AnalyzeClasses(
    packages = "dev.acequia.stores.testkit",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule seesNoKindOfStore =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.acequia.stores.*..")
                  .and(not(resideInAPackage("dev.acequia.stores.query..")))
                  .and(not(resideInAPackage("dev.acequia.stores.testkit.."))));
}
