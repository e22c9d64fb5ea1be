locals {
  # Title, unit, and queries by legend. In the order of the way of an article; what costs money comes last.
  charts = [
    ["Backlog: messages that wait", "1", {
      "$${labels.subscription_id}" = "sum by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{${local.backlogs}})"
    }],
    ["Backlog: age of the oldest message", "s", {
      "$${labels.subscription_id}" = "max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.backlogs}})"
    }],
    ["Articles a second", "1/s", {
      "into articles"           = "sum(rate(pubsub_googleapis_com:topic_send_message_operation_count{monitored_resource=\"pubsub_topic\",topic_id=\"articles\"}[5m]))"
      "done by $${labels.role}" = "sum by (role) (rate(namewire_articles_out_total[5m]))"
    }],
    ["Words a second", "1/s", {
      "done by $${labels.role}" = "sum by (role) (rate(namewire_words_out_total[5m]))"
    }],
    ["NER: share of a core that each process is busy with it", "1", {
      "median" = "quantile(0.5, rate(namewire_ner_cpu_seconds_total[5m]))"
      "least"  = "min(rate(namewire_ner_cpu_seconds_total[5m]))"
      "most"   = "max(rate(namewire_ner_cpu_seconds_total[5m]))"
    }],
    ["Time by stage, in processes", "1", {
      "$${labels.role} $${labels.stage}" = "sum by (role, stage) (rate(namewire_stage_time_seconds_total[5m]))"
    }],
    ["Latency: from publishing to acknowledgement", "s", {
      "median, $${labels.role}"    = "histogram_quantile(0.5, sum by (role, le) (rate(namewire_message_age_seconds_bucket[5m])))"
      "95 of 100, $${labels.role}" = "histogram_quantile(0.95, sum by (role, le) (rate(namewire_message_age_seconds_bucket[5m])))"
    }],
    ["Commits: latency and size", "1", {
      "95 of 100, seconds" = "histogram_quantile(0.95, sum by (le) (rate(namewire_commit_duration_seconds_bucket[5m])))"
      "mean, 100 writes"   = "sum(rate(namewire_commit_size_sum[5m])) / sum(rate(namewire_commit_size_count[5m])) / 100"
    }],
    ["Dead letters that wait", "1", {
      "$${labels.subscription_id}" = "sum by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{${local.reviews}})"
    }],
    ["Dead letters an hour, by reason", "1/h", {
      "$${labels.role} $${labels.stage} $${labels.field}" = "sum by (role, stage, field) (increase(namewire_dead_letters_total[1h]))"
    }],
    ["Messages a second that come again", "1/s", {
      "delivered again to $${labels.role}" = "sum by (role) (rate(namewire_messages_redelivered_total[5m]))"
      "given back by $${labels.role}"      = "sum by (role) (rate(namewire_messages_settled_total{outcome=\"released\"}[5m]))"
      "taken over by $${labels.role}"      = "sum by (role) (rate(namewire_messages_inherited_total[5m]))"
      "stored as $${labels.outcome}"       = "sum by (outcome) (rate(namewire_articles_stored_total{outcome!=\"new\"}[5m]))"
    }],
    ["Entities a second, by label", "1/s", {
      "$${labels.label}" = "sum by (label) (rate(namewire_entities_total[5m]))"
    }],
    ["Processes replaced in an hour", "1/h", {
      "$${labels.role} $${labels.reason}" = "sum by (role, reason) (increase(namewire_restarts_total[1h]))"
    }],
    ["Processes: largest resident size", "By", {
      "$${labels.role}" = "max by (role) (namewire_process_memory_bytes)"
    }],
    ["Processes: longest silence", "s", {
      "$${labels.role}" = "max by (role) (namewire_status_age_seconds)"
    }],
    ["Functions: answers a second", "1/s", {
      "$${labels.service_name} $${labels.response_code_class}" = "sum by (service_name, response_code_class) (rate(run_googleapis_com:request_count{${local.requests}}[5m]))"
    }],
    ["Functions: latency, 95 of 100", "ms", {
      "$${labels.service_name}" = "histogram_quantile(0.95, sum by (service_name, le) (rate(run_googleapis_com:request_latencies_bucket{${local.requests}}[5m])))"
    }],
    ["Cost: VMs", "1", {
      "VMs" = "sum(compute_googleapis_com:instance_group_size{monitored_resource=\"instance_group\",instance_group_name=~\"namewire-worker.*\"})"
    }],
    ["Cost: Firestore document writes a second", "1/s", {
      "our own count" = "sum(rate(namewire_writes_total[5m]))"
      "an article"    = "sum(rate(namewire_writes_total[5m])) / sum(rate(namewire_articles_out_total{role=\"write\"}[5m]))"
    }],
    ["Cost: seconds a second that functions are billed for", "1", {
      "$${labels.service_name}" = "sum by (service_name) (rate(run_googleapis_com:container_billable_instance_time{${local.requests}}[5m]))"
    }],
  ]
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = "Namewire"
    mosaicLayout = {
      columns = 12
      tiles = [for index, chart in local.charts : {
        xPos   = index % 3 * 4
        yPos   = floor(index / 3) * 4
        width  = 4
        height = 4
        widget = {
          title = chart[0]
          xyChart = {
            dataSets = [for legend, query in chart[2] : {
              legendTemplate = legend
              plotType       = "LINE"
              targetAxis     = "Y1"
              timeSeriesQuery = {
                prometheusQuery = query
                unitOverride    = chart[1]
              }
            }]
            yAxis = { scale = "LINEAR" }
          }
        }
      }]
    }
  })

  depends_on = [google_project_service.this]
}
