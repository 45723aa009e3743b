package dev.acequia.local.node;

import java.util.Map;

/** Kubernetes' own expansion of {@code $(NAME)} in commands, arguments and variables. */
final class VariableReferences {
  private VariableReferences() {}

  /**
   * Replaces {@code $(NAME)} by the variable's value. {@code $$} stands for one dollar sign, so
   * that {@code $$(NAME)} becomes {@code $(NAME)}; a reference to an unknown variable stays as it
   * is.
   */
  static String expand(String text, Map<String, String> variables) {
    var out = new StringBuilder();
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c != '$' || i + 1 == text.length()) {
        out.append(c);
        continue;
      }
      var following = text.charAt(i + 1);
      var close = following == '(' ? text.indexOf(')', i) : -1;
      if (following == '$') {
        out.append('$');
        i++;
      } else if (close > 0) {
        var name = text.substring(i + 2, close);
        out.append(variables.getOrDefault(name, "$(" + name + ")"));
        i = close;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
