resource "google_service_account" "publish" {
  account_id   = "namewire-publish"
  display_name = "Namewire: the publish function"

  depends_on = [google_project_service.this]
}

# All that the function does: hand articles to Pub/Sub.
resource "google_pubsub_topic_iam_member" "articles_by_publish" {
  topic  = google_pubsub_topic.this["articles"].name
  role   = "roles/pubsub.publisher"
  member = google_service_account.publish.member
}

resource "google_cloudfunctions2_function" "publish" {
  name        = "namewire-publish"
  location    = var.region
  description = "Takes articles, and answers once Pub/Sub has them"

  build_config {
    runtime           = "python311" # what the tests run
    entry_point       = "publish"
    docker_repository = google_artifact_registry_repository.functions.id
    service_account   = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.artifacts.name
        object = google_storage_bucket_object.publish.name
      }
    }
  }

  service_config {
    available_cpu                    = "1"
    available_memory                 = "512Mi"
    max_instance_count               = var.publish_max_instances
    max_instance_request_concurrency = 16 # as many as the function has threads
    service_account_email            = google_service_account.publish.email
    timeout_seconds                  = 60

    environment_variables = merge({ GOOGLE_CLOUD_PROJECT = var.project_id }, local.trace_environment)

    dynamic "secret_environment_variables" {
      for_each = google_secret_manager_secret_version.api_keys

      content {
        key        = "NAMEWIRE_API_KEYS"
        project_id = var.project_id
        secret     = google_secret_manager_secret.api_keys[0].secret_id
        version    = secret_environment_variables.value.version
      }
    }
  }

  depends_on = [time_sleep.grants_for_publish]
}

# IAM takes a minute or two to know a grant everywhere; a build that starts before that is refused its source, and a
# start its secret.
resource "time_sleep" "grants_for_publish" {
  create_duration = "90s"

  # New grants, new wait.
  triggers = {
    images  = google_artifact_registry_repository_iam_member.images_by_build.id
    logs    = google_project_iam_member.logs_by_build.id
    sources = google_project_iam_member.sources_by_build.id
    keys    = join("", google_secret_manager_secret_iam_member.api_keys_by_publish[*].id)
  }
}

# Nobody else may call it.
resource "google_cloud_run_v2_service_iam_member" "publish_by_invokers" {
  for_each = toset(var.publish_invokers)

  name     = google_cloudfunctions2_function.publish.name
  location = google_cloudfunctions2_function.publish.location
  role     = "roles/run.invoker"
  member   = each.key
}

# Only if asked for, and then the API keys are what keeps strangers out.
resource "google_cloud_run_v2_service_iam_member" "publish_by_everybody" {
  count = var.publish_is_public ? 1 : 0

  name     = google_cloudfunctions2_function.publish.name
  location = google_cloudfunctions2_function.publish.location
  role     = "roles/run.invoker"
  member   = "allUsers"
}
