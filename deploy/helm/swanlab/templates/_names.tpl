{{- define "swanlab.name" -}}
{{- if contains "swanlab" .Release.Name -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-swanlab" .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "swanlab.selector" -}}
app.kubernetes.io/name: swanlab
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "swanlab.labels" -}}
{{ include "swanlab.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "swanlab.secret" -}}
{{ .Values.admin.existingSecret | default (include "swanlab.name" .) }}
{{- end }}

{{/* "true" where the database is PostgreSQL, else empty. */}}
{{- define "swanlab.postgresql" -}}
{{- if or .Values.database.url .Values.database.existingSecret .Values.postgresql.enabled }}true{{ end -}}
{{- end }}

{{/* "true" where something has to be kept on a volume, else empty. */}}
{{- define "swanlab.volume" -}}
{{- if not (and (include "swanlab.postgresql" .) .Values.media.url) }}true{{ end -}}
{{- end }}

{{/* A secret's value: the one given, the one that is there already, or a new one. */}}
{{- define "swanlab.kept" -}}
{{- $held := (lookup "v1" "Secret" .root.Release.Namespace .secret) -}}
{{- if .given -}}
{{ .given }}
{{- else if and $held (index $held.data .key) -}}
{{ index $held.data .key | b64dec }}
{{- else -}}
{{ randAlphaNum 32 }}
{{- end -}}
{{- end }}
