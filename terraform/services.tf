locals {
  services = toset(concat(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "compute.googleapis.com",
      "dns.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "pubsub.googleapis.com",
      "run.googleapis.com",
      "storage.googleapis.com",
    ],
    var.api_keys_version > 0 ? ["secretmanager.googleapis.com"] : [],
    var.bigquery ? ["bigquery.googleapis.com"] : [],
    var.billing_account == null ? [] : ["billingbudgets.googleapis.com"],
    local.traces ? ["cloudtrace.googleapis.com", "telemetry.googleapis.com"] : [],
  ))
}

resource "google_project_service" "this" {
  for_each = local.services

  service = each.key
  # Others in the project may use it too.
  disable_on_destroy = false
}

# Its number is part of the names of Google's own service agents. It does not wait for the services: then each
# service that is added would have every grant below made anew. Resource Manager is on beforehand (docs/deploy.md).
data "google_project" "this" {
  project_id = var.project_id
}

locals {
  # Moves dead letters, and fills BigQuery.
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
