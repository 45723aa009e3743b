{{- define "acequia.serviceAccount" -}}
{{ .Values.serviceAccount.name | default .Release.Name }}
{{- end }}

{{- /* For what stands outside of the release's namespace, where releases of one name meet. No namespace has a dot. */ -}}
{{- define "acequia.outside" -}}
{{ .Release.Namespace }}.{{ .Release.Name }}
{{- end }}

{{- define "acequia.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "acequia.labels" -}}
{{ include "acequia.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* What the operator reads as platform.yaml. */ -}}
{{- define "acequia.platform" -}}
{{- with .Values.watchNamespaces }}
watchNamespaces:
{{ toYaml . }}
{{- end }}
{{ toYaml .Values.platform }}
{{- end }}

{{- define "acequia.wanted" -}}
{{- if eq (toString .enabled) "auto" }}
{{- if .capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}true{{ end }}
{{- else if .enabled }}true{{ end }}
{{- end }}
