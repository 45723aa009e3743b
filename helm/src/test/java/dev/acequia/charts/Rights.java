package dev.acequia.charts;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the roles of a rendered chart grant. Roles of one name in several namespaces count as one.
 *
 * @param granted each verb on each resource
 */
record Rights(List<Right> granted) {

  /**
   * One verb on one resource.
   *
   * @param namespaces where; empty: everywhere
   * @param names of the objects; empty: all
   */
  record Right(
      String role,
      String verb,
      String group,
      String resource,
      Set<String> namespaces,
      List<String> names) {
    boolean isUsedBy(AuditLog.Call call) {
      return hasVerbOf(call)
          && group.equals(call.group())
          && resource.equals(call.resource())
          && (namespaces.isEmpty() || namespaces.contains(call.namespace()))
          && (names.isEmpty() || names.contains(call.name()));
    }

    /** An apply that makes an object takes the right to create it besides that to patch it. */
    private boolean hasVerbOf(AuditLog.Call call) {
      return verb.equals(call.verb())
          || (verb.equals("create") && call.verb().equals("patch") && call.code() == 201);
    }

    String words() {
      return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
  }

  static Rights of(List<HasMetadata> objects) {
    var roles = objects.stream().filter(Role.class::isInstance).map(Role.class::cast).toList();
    var namespaces =
        roles.stream()
            .collect(
                Collectors.groupingBy(
                    role -> role.getMetadata().getName(),
                    Collectors.mapping(
                        role -> role.getMetadata().getNamespace(), Collectors.toSet())));
    return new Rights(
        Stream.concat(
                roles.stream()
                    .flatMap(
                        role ->
                            rights(
                                role.getMetadata().getName(),
                                role.getRules(),
                                Objects.requireNonNull(
                                    namespaces.get(role.getMetadata().getName())))),
                objects.stream()
                    .filter(ClusterRole.class::isInstance)
                    .map(ClusterRole.class::cast)
                    .flatMap(
                        role -> rights(role.getMetadata().getName(), role.getRules(), Set.of())))
            .distinct()
            .toList());
  }

  /** The rights that no call has used, such as {@code delete secrets}. */
  Set<String> unusedBy(Collection<AuditLog.Call> calls) {
    return granted.stream()
        .filter(right -> calls.stream().noneMatch(right::isUsedBy))
        .map(Right::words)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<Right> rights(String role, List<PolicyRule> rules, Set<String> namespaces) {
    return rules.stream()
        .flatMap(
            rule ->
                rule.getApiGroups().stream()
                    .flatMap(
                        group ->
                            rule.getResources().stream()
                                .flatMap(
                                    resource ->
                                        rule.getVerbs().stream()
                                            .map(
                                                verb ->
                                                    new Right(
                                                        role,
                                                        verb,
                                                        group,
                                                        resource,
                                                        namespaces,
                                                        rule.getResourceNames())))));
  }
}
