locals {
  model_bucket = one(regex("^(?:gs://([^/]+)/.*)?(?:https://.*)?$", var.model))
}

# Both roles of the worker run on each VM, under this account.
resource "google_service_account" "worker" {
  account_id   = "namewire-worker"
  display_name = "Namewire: the worker's VMs"

  depends_on = [google_project_service.this]
}

# Pulls articles to find names in them, and entity messages to store them.
resource "google_pubsub_subscription_iam_member" "pulled_by_worker" {
  for_each = toset(["articles-ner", "entities-store"])

  subscription = google_pubsub_subscription.this[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = google_service_account.worker.member
}

# Publishes what it found, and what it can never handle, with the reason.
resource "google_pubsub_topic_iam_member" "published_by_worker" {
  for_each = toset(["articles-dead", "entities", "entities-dead"])

  topic  = google_pubsub_topic.this[each.key].name
  role   = "roles/pubsub.publisher"
  member = google_service_account.worker.member
}

# Stores articles and counts. Firestore takes grants on the project only; the condition names the database.
resource "google_project_iam_member" "documents_by_worker" {
  project = var.project_id
  role    = "roles/datastore.user"
  member  = google_service_account.worker.member

  condition {
    title      = "the-database-of-namewire"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.this.name}\""
  }
}

# Fetches its release at the first boot.
resource "google_storage_bucket_iam_member" "release_by_worker" {
  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.worker.member
}

# Fetches the spaCy pipeline, if that lies in another bucket. In ours, this grant and the one above would be the
# same, and taking the model away would take the release away too.
resource "google_storage_bucket_iam_member" "model_by_worker" {
  count = local.model_bucket == null || local.model_bucket == google_storage_bucket.artifacts.name ? 0 : 1

  bucket = local.model_bucket
  role   = "roles/storage.objectViewer"
  member = google_service_account.worker.member
}

# Logs and the VM's own figures, by Google's Ops Agent. Neither service knows a smaller place than the project.
resource "google_project_iam_member" "logs_by_worker" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.worker.member
}

resource "google_project_iam_member" "metrics_by_worker" {
  project = var.project_id
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.worker.member
}
