# API keys on top of IAM, or instead of it for callers outside of Google Cloud. The keys go to Secret Manager
# without a stop in the state: `api_keys` is ephemeral, `secret_data_wo` write-only.
resource "google_secret_manager_secret" "api_keys" {
  count = var.api_keys_version > 0 ? 1 : 0

  secret_id = "namewire-api-keys"

  replication {
    auto {}
  }

  depends_on = [google_project_service.this]
}

resource "google_secret_manager_secret_version" "api_keys" {
  count = var.api_keys_version > 0 ? 1 : 0

  secret                 = google_secret_manager_secret.api_keys[0].id
  secret_data_wo         = var.api_keys
  secret_data_wo_version = var.api_keys_version

  # The function reads the new version before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

# The function reads its keys when it starts.
resource "google_secret_manager_secret_iam_member" "api_keys_by_publish" {
  count = var.api_keys_version > 0 ? 1 : 0

  secret_id = google_secret_manager_secret.api_keys[0].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.publish.member
}
