resource "google_service_account" "explore" {
  account_id   = "namewire-explore"
  display_name = "Namewire: the explorer"

  depends_on = [google_project_service.this]
}

# All that the function does: read. The condition names the database, as for the worker.
resource "google_project_iam_member" "documents_by_explore" {
  project = var.project_id
  role    = "roles/datastore.viewer"
  member  = google_service_account.explore.member

  condition {
    title      = "the-database-of-namewire"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.this.name}\""
  }
}

resource "google_cloudfunctions2_function" "explore" {
  name        = "namewire-explore"
  location    = var.region
  description = "Shows who is in the news"

  build_config {
    runtime           = "python311" # what the tests run
    entry_point       = "explore"
    docker_repository = google_artifact_registry_repository.functions.id
    service_account   = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.artifacts.name
        object = google_storage_bucket_object.explore.name
      }
    }
  }

  service_config {
    available_cpu                    = "1"
    available_memory                 = "512Mi"
    max_instance_count               = var.explore_max_instances
    max_instance_request_concurrency = 16 # as many as the function has threads
    service_account_email            = google_service_account.explore.email
    timeout_seconds                  = 60

    # The address is shown while there are no articles yet.
    environment_variables = merge(
      { GOOGLE_CLOUD_PROJECT = var.project_id, NAMEWIRE_PUBLISH_URL = local.publish_url },
      local.trace_environment,
    )
  }

  depends_on = [time_sleep.grants_for_publish]
}

# Nobody else may look.
resource "google_cloud_run_v2_service_iam_member" "explore_by_viewers" {
  for_each = toset(var.explore_viewers)

  name     = google_cloudfunctions2_function.explore.name
  location = google_cloudfunctions2_function.explore.location
  role     = "roles/run.invoker"
  member   = each.key
}

# Only if asked for: then all articles are public, and every visit costs reads.
resource "google_cloud_run_v2_service_iam_member" "explore_by_everybody" {
  count = var.explore_is_public ? 1 : 0

  name     = google_cloudfunctions2_function.explore.name
  location = google_cloudfunctions2_function.explore.location
  role     = "roles/run.invoker"
  member   = "allUsers"
}
