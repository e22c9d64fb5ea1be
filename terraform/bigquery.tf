# Every entity message as a row, for questions that Firestore's counts do not answer. A copy, not the truth:
# a message that comes twice is two rows (docs/deploy.md has the query that leaves one).
resource "google_bigquery_dataset" "this" {
  count = var.bigquery ? 1 : 0

  dataset_id  = "namewire"
  location    = var.region
  description = "Entity messages of Namewire"
  # `terraform destroy` leaves the rows where they are.
  deletion_policy            = var.keep_data ? "ABANDON" : "DELETE"
  delete_contents_on_destroy = !var.keep_data

  depends_on = [google_project_service.this]
}

resource "google_bigquery_table" "entities" {
  count = var.bigquery ? 1 : 0

  dataset_id          = google_bigquery_dataset.this[0].dataset_id
  table_id            = "entities"
  deletion_policy     = var.keep_data ? "ABANDON" : "DELETE"
  deletion_protection = false # it would make `terraform destroy` fail half-way instead of leaving the table

  time_partitioning {
    type  = "DAY"
    field = "publish_time"
  }

  # The columns that Pub/Sub fills.
  schema = jsonencode([
    { name = "subscription_name", type = "STRING", mode = "NULLABLE" },
    { name = "message_id", type = "STRING", mode = "NULLABLE" },
    { name = "publish_time", type = "TIMESTAMP", mode = "NULLABLE" },
    { name = "attributes", type = "JSON", mode = "NULLABLE" },
    { name = "data", type = "JSON", mode = "NULLABLE" },
  ])
}

# Pub/Sub itself writes the rows.
resource "google_bigquery_table_iam_member" "rows_by_pubsub" {
  count = var.bigquery ? 1 : 0

  dataset_id = google_bigquery_table.entities[0].dataset_id
  table_id   = google_bigquery_table.entities[0].table_id
  role       = "roles/bigquery.dataEditor"
  member     = local.pubsub_agent
}

resource "google_pubsub_subscription" "bigquery" {
  count = var.bigquery ? 1 : 0

  name  = "entities-bigquery"
  topic = google_pubsub_topic.this["entities"].id

  bigquery_config {
    table          = "${var.project_id}.${google_bigquery_table.entities[0].dataset_id}.${google_bigquery_table.entities[0].table_id}"
    write_metadata = true
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [time_sleep.rows_by_pubsub]
}

# Pub/Sub tries the table when the subscription is made, and IAM takes a minute or two to know the grant.
resource "time_sleep" "rows_by_pubsub" {
  count = var.bigquery ? 1 : 0

  create_duration = "90s"

  triggers = {
    rows = google_bigquery_table_iam_member.rows_by_pubsub[0].id
  }
}
