# Turns a function's source into an image. The default account for this can edit the whole project.
resource "google_service_account" "build" {
  account_id   = "namewire-build"
  display_name = "Namewire: builds the functions"

  depends_on = [google_project_service.this]
}

# Stores the image.
resource "google_artifact_registry_repository_iam_member" "images_by_build" {
  repository = google_artifact_registry_repository.functions.repository_id
  location   = google_artifact_registry_repository.functions.location
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

# Reads the source from where Cloud Functions lays it. Google makes that bucket at the first deployment, so
# that nothing can be granted on it before; the condition says the same.
resource "google_project_iam_member" "sources_by_build" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "sources-of-functions"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\")"
  }
}

# Writes the log of the build. Logging knows no smaller place than the project.
resource "google_project_iam_member" "logs_by_build" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}
