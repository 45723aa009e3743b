package dev.acequia.stores;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The door knows no store behind it. */
@AnalyzeClasses(
    packages = "dev.acequia.stores",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule seesNoKindOfStore =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.acequia.stores.*..")
                  .and(
                      not(
                          resideInAnyPackage(
                              "dev.acequia.stores.mark..",
                              "dev.acequia.stores.position..",
                              "dev.acequia.stores.query..",
                              "dev.acequia.stores.sql.."))));
}
