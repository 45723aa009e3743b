package dev.acequia.operator.status;

import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.plan.AccessPlan;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Release;
import java.util.ArrayList;
import java.util.Optional;

/** The verdict on whether a caller of the API has to be somebody. */
final class Protection {
  private Protection() {}

  /**
   * The verdict.
   *
   * @param before whether it was so already: then Pods that are about to be replaced ask, too
   */
  static Verdict of(
      AccessPlan access,
      PlatformConfig platform,
      PipelinePlan plan,
      Observation seen,
      boolean before) {
    if (!access.isProtected()) {
      return Verdict.no("Open", "Everyone who reaches the endpoint can read and write");
    }
    if (!before && mayBeServedByOlderPods(platform, plan, seen)) {
      return Verdict.no(
          "RollingOut", "API Pods of an older version serve, and may ask nobody who they are");
    }
    var means = new ArrayList<String>();
    if (access.keysSecret() != null) {
      means.add("an API key of Secret '" + access.keysSecret() + "'");
    }
    if (access.settings().oidc() != null) {
      means.add("a token of " + access.settings().oidc().issuer());
    }
    var message = new StringBuilder();
    if (access.clientCaSecret() != null) {
      message
          .append("Callers need a certificate of Secret '")
          .append(access.clientCaSecret())
          .append("'")
          .append(means.isEmpty() ? "" : " and ");
    } else {
      message.append("Callers need ");
    }
    message.append(String.join(" or ", means));
    seen.access().notes().forEach(note -> message.append(". ").append(note));
    return Verdict.yes(
        access.settings().oidc() == null ? reason(access) : "Tokens", message.toString());
  }

  private static String reason(AccessPlan access) {
    return access.keysSecret() == null ? "ClientCertificates" : "ApiKeys";
  }

  private static boolean mayBeServedByOlderPods(
      PlatformConfig platform, PipelinePlan plan, Observation seen) {
    if (seen.api() == null) {
      return false; // none serves yet
    }
    var image = Optional.ofNullable(plan.api()).flatMap(Release::of).map(Release::image);
    return seen.api().rollingOut() || !image.filter(platform.runtimeImage()::equals).isPresent();
  }
}
