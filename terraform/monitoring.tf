locals {
  backlogs = "monitored_resource=\"pubsub_subscription\",subscription_id=~\"articles-ner|entities-store\""
  reviews  = "monitored_resource=\"pubsub_subscription\",subscription_id=~\"articles-dead-review|entities-dead-review\""
  requests = "monitored_resource=\"cloud_run_revision\",service_name=~\"namewire-.*\""

  # Four of the five stand on Google's own figures, so that they work when nothing of ours does. The names that begin
  # with namewire_ are those of worker/catalogue.py (docs/metrics.md). Each key is an anchor of docs/runbook.md.
  alerts = {
    backlog-age = {
      title    = "articles wait too long"
      severity = "ERROR"
      lasting  = "300s"
      query    = "max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.backlogs}}) > ${var.alert_age_seconds}"
      text     = "The oldest message of a subscription has waited for more than ${var.alert_age_seconds} s. Nothing is lost: messages are kept for seven days."
    }

    dead-letters = {
      title    = "dead letters wait"
      severity = "WARNING"
      lasting  = "0s"
      query    = "max by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{${local.reviews}}) > 0"
      text     = "An article, or its entities, could not be handled. It is kept for 31 days with the reason, to be replayed or dropped."
    }

    no-progress = {
      title    = "no progress while articles wait"
      severity = "CRITICAL"
      lasting  = "600s"
      query    = "sum by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{${local.backlogs}}) > 0 unless on (subscription_id) sum by (subscription_id) (rate(pubsub_googleapis_com:subscription_ack_message_count{${local.backlogs}}[10m])) > 0"
      text     = "Messages wait in a subscription, and for ten minutes none was acknowledged. Nothing is lost: messages are kept for seven days."
    }

    restarts = {
      title    = "worker processes die"
      severity = "WARNING"
      lasting  = "0s"
      query    = "sum by (role, instance) (increase(namewire_restarts_total{reason!=\"memory_limit\"}[10m])) > 3"
      text     = "Processes of a role were replaced more than three times in ten minutes, and not because they had reached their memory limit. What they held is handled by their successors."
    }

    function-errors = {
      title    = "functions answer with errors"
      severity = "ERROR"
      lasting  = "300s"
      query    = "sum by (service_name) (rate(run_googleapis_com:request_count{${local.requests},response_code_class=\"5xx\"}[5m])) / sum by (service_name) (rate(run_googleapis_com:request_count{${local.requests}}[5m])) > 0.01"
      text     = "More than one request in a hundred was answered with a 5xx for five minutes. Callers were told so: what was answered with 202 is safe."
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.alert_emails)

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  display_name          = "Namewire: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.lasting
      evaluation_interval = "60s"
      # A metric of ours exists once a VM has told it, which is after this.
      disable_metric_validation = true
    }
  }

  documentation {
    subject   = "Namewire (${var.project_id}): ${each.value.title}"
    mime_type = "text/markdown"
    content   = "${each.value.text}\n\nWhat to do: [docs/runbook.md](${var.runbook_url}#${each.key})"

    dynamic "links" {
      for_each = startswith(var.runbook_url, "https://") ? ["${var.runbook_url}#${each.key}"] : []

      content {
        display_name = "Runbook"
        url          = links.value
      }
    }
  }

  alert_strategy {
    auto_close = "3600s"
  }

  depends_on = [google_project_service.this]
}

# Spans are written by each program itself, and only when some are wanted.
locals {
  traces = var.trace_share > 0
  trace_environment = local.traces ? {
    OTEL_TRACES_EXPORTER    = "gcp"
    OTEL_TRACES_SAMPLER     = "parentbased_traceidratio"
    OTEL_TRACES_SAMPLER_ARG = tostring(var.trace_share)
  } : {}
}

resource "google_project_iam_member" "traces_by_worker" {
  count = local.traces ? 1 : 0

  project = var.project_id
  role    = "roles/telemetry.tracesWriter"
  member  = google_service_account.worker.member
}

resource "google_project_iam_member" "traces_by_publish" {
  count = local.traces ? 1 : 0

  project = var.project_id
  role    = "roles/telemetry.tracesWriter"
  member  = google_service_account.publish.member
}

resource "google_project_iam_member" "traces_by_explore" {
  count = local.traces ? 1 : 0

  project = var.project_id
  role    = "roles/telemetry.tracesWriter"
  member  = google_service_account.explore.member
}
